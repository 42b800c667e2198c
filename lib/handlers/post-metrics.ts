import type { PushFrame } from '../protocol/push-frames.ts';
import type { Push } from '../push/push.ts';

/** Frames with messages that arrived, and the messages in them: the price of a room is the number of frames. */
export type CountedPost = 'messageFrames' | 'messagesInFrames';

/** How often at most a Lambda writes its counts: a line for each post would cost as much as a read. */
const WRITE_EVERY_MS = 60_000;

export interface PostCounters {
  /** The host's clock, ms since 1970. */
  readonly now: () => number;
  /** At once, as alarms watch them. */
  readonly count: (name: 'failedPosts' | 'goneConnections') => void;
  readonly put: (counts: Readonly<Record<CountedPost, number>>) => void;
}

/**
 * Counts what is posted. Counts of frames are written with a later post; those of a Lambda that posts no more are lost, a
 * minute's at most.
 */
export function countPosts(push: Push, { now, count, put }: PostCounters): Push {
  const counts = { messageFrames: 0, messagesInFrames: 0 };
  let writtenMs = now();
  const add = (messages: number): void => {
    counts.messageFrames += 1;
    counts.messagesInFrames += messages;
    if (now() - writtenMs < WRITE_EVERY_MS) return;
    writtenMs = now();
    put({ ...counts });
    Object.assign(counts, { messageFrames: 0, messagesInFrames: 0 });
  };
  return {
    ...push,
    post: async (connectionId, frame: PushFrame) => {
      const result = await push.post(connectionId, frame);
      if (result === 'failed') count('failedPosts');
      else if (result === 'gone') count('goneConnections');
      else if (frame.event === 'messages') add(frame.messages.length);
      return result;
    },
  };
}
