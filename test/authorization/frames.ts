import type { ClientAction } from '../../lib/protocol/client-frames.ts';
import type { Names } from './scene.ts';

type Frame = Readonly<Record<string, unknown>> & { readonly action: ClientAction };

const message = { clientMessageId: 'cell', type: 'app:x', content: 'hi' };

/** What each column sends. */
export const frames: Readonly<Record<string, (names: Names) => Frame>> = {
  join: ({ room }) => ({ action: 'join', room, messageCount: 5, autoCreate: true }),
  joinExisting: ({ room }) => ({ action: 'join', room, messageCount: -1, autoCreate: false }),
  resume: ({ room, roomEpoch, membership }) => ({
    ...{ action: 'join', room, messageCount: -1, autoCreate: false },
    resume: { roomEpoch, membership, seq: 0 },
  }),
  leave: ({ room }) => ({ action: 'leave', room }),
  send: ({ room }) => ({ action: 'send', room, ...message }),
  history: ({ room }) => ({ action: 'history', room, timestampMs: 0, order: 'descending', count: 5 }),
  repair: ({ room }) => ({ action: 'repair', room, afterSeq: 0, beforeSeq: 0 }),
  recall: ({ room, ownMessageId }) => ({ action: 'recall', room, messageId: ownMessageId }),
  recallOthers: ({ room, othersMessageId }) => ({ action: 'recall', room, messageId: othersMessageId }),
  set: ({ room }) => ({ action: 'setEntries', room, entries: { mine: 'new' }, autoDelete: false, overwrite: false }),
  remove: ({ room }) => ({ action: 'removeEntries', room, keys: ['mine'], force: false }),
  get: ({ room }) => ({ action: 'getEntries', room, afterKey: '' }),
  info: ({ room }) => ({ action: 'info', room, memberCount: 20, order: 'ascending' }),
  signal: ({ room }) => ({ action: 'signal', room, type: 'typing', data: '' }),
  ping: () => ({ action: 'ping' }),
  beat: () => ({ action: 'beat' }),
};

/** An accepted one of these changes what the room has. */
export const changing: readonly string[] = ['send', 'recall', 'set', 'remove'];
