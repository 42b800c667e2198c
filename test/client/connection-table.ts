import { moveConnection } from '../../lib/client/connection/reducer.ts';
import type { ConnectionEffect, ConnectionEvent, ConnectionState } from '../../lib/client/connection/state.ts';
import { pictureOf, tableOf, transitionsOf } from './transitions.ts';

const at = { network: 'online', isDoubted: false } as const;

/** One state of each kind, by its name in the docs. */
export const states: ReadonlyMap<string, ConnectionState> = new Map<string, ConnectionState>([
  ['closed', { at: 'closed', network: 'online', code: 0 }],
  ['connecting', { at: 'connecting', network: 'online' }],
  ['connecting, offline', { at: 'connecting', network: 'offline' }],
  ['waiting', { at: 'waiting', network: 'online' }],
  ['waiting, offline', { at: 'waiting', network: 'offline' }],
  ['open', { ...at, at: 'open' }],
  ['open, doubted', { at: 'open', network: 'offline', isDoubted: true }],
  ['moving', { ...at, at: 'moving' }],
  ['expired', { ...at, at: 'expired' }],
]);

/** One event of each kind, by its name in the docs. */
export const events: ReadonlyMap<string, ConnectionEvent> = new Map<string, ConnectionEvent>([
  ['the app connects', { type: 'connect' }],
  ['the app disconnects, or the server refuses for good', { type: 'close', code: 0 }],
  ['the delay is over', { type: 'waited' }],
  ['the link opens', { type: 'opened' }],
  ['the link is lost', { type: 'ended' }],
  ['the next link opens', { type: 'nextOpened' }],
  ['the next link is lost', { type: 'nextEnded', refusal: undefined }],
  ['the next token is refused', { type: 'nextEnded', refusal: 0 }],
  ['everything has moved, or the former link is lost', { type: 'formerEnded' }],
  ['something arrives', { type: 'heard' }],
  ['a frame is refused with 31020', { type: 'expired' }],
  ['online', { type: 'online' }],
  ['offline', { type: 'offline' }],
  ['visible', { type: 'visible' }],
]);

/** Where events have a cause; an event without a row may happen in each state. */
const CAUSES: Readonly<Record<string, readonly ConnectionState['at'][]>> = {
  'the app connects': ['closed'],
  'the link opens': ['connecting'],
  'the link is lost': ['connecting', 'open', 'moving', 'expired'],
};

const WORDS: Readonly<Record<ConnectionEffect, string>> = {
  dial: 'dial',
  wait: 'wait',
  hurry: 'shorten the delay',
  drop: 'close all links',
  retire: 'close the former link',
  swap: 'use the next link',
  back: 'use the former link again',
  plan: 'plan the next link',
  retry: 'dial the next link later',
  replace: 'dial the next link with another token',
  status: 'report: the status',
  up: 'resume the rooms and send what waits',
  movedBack: 'ping, resume the rooms',
  doubted: 'ping',
  stopped: 'end all calls',
  connected: 'answer the connect',
};

/** The state by its name in the docs; what differs from all of them only in `network` or `isDoubted` has its base's. */
export function nameOf(state: ConnectionState): string {
  for (const [name, other] of states) if (JSON.stringify(sorted(other)) === JSON.stringify(sorted(state))) return name;
  const doubted = 'isDoubted' in state && state.isDoubted ? ', doubted' : '';
  return `${state.at}${doubted}${doubted === '' && state.network === 'offline' ? ', offline' : ''}`;
}

const sorted = (state: ConnectionState) => Object.entries(state).sort(([a], [b]) => a.localeCompare(b));

const transitions = transitionsOf(states, events, (state, happening, event) => {
  if (CAUSES[event]?.includes(state.at) === false) return undefined;
  const step = moveConnection(state, happening);
  return { to: nameOf(step.state), effects: step.effects.map((effect) => WORDS[effect]) };
});

/** Every transition that changes something or does something. */
export const connectionTable = (): string => tableOf(transitions);

/** The same as a picture, with the states of the union only. */
export const connectionPicture = (): string => pictureOf(transitions, 'closed', (name) => name.split(',')[0]);
