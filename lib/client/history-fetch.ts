import type { MessagesAnswer } from '../protocol/answers.ts';
import type { HistoryFrame } from '../protocol/client-frames.ts';
import type { Message } from '../protocol/message.ts';

export type HistoryOrder = HistoryFrame['order'];
/** What the app asks for. */
export type HistoryCall = Pick<HistoryFrame, 'timestampMs' | 'order' | 'count'>;
/** What the server is asked for. */
type HistoryQuery = Pick<HistoryFrame, 'timestampMs' | 'order' | 'count' | 'cursor'>;

/**
 * Where a call goes on by what the app has been handed: after a page, or after a message. Of a ms that several messages
 * have, a time cannot say which of them the app has. Empty = the time says where to begin.
 */
export interface HistoryPlace {
  /** What comes is of this epoch; absent = that is for the first page to say. */
  readonly roomEpoch?: string;
  /** The next page. */
  readonly cursor?: number | undefined;
  /** The app has this message, and all that lie before it in the order asked for. */
  readonly hadSeq?: number;
}

/** One call of the app on its way, page by page. A value: every function here returns a new one. */
export interface HistoryFetch extends HistoryPlace {
  readonly call: HistoryCall;
  readonly found: readonly Message[];
  /** `end`: the history has no more; `stuck`: the server does not get ahead. */
  readonly state: 'open' | 'full' | 'end' | 'stuck';
}

export function beginFetch(call: HistoryCall, place: HistoryPlace): HistoryFetch {
  return { ...place, call, found: [], state: 'open' };
}

/** What is to be asked next. */
export function queryOf({ call, cursor, hadSeq, found }: HistoryFetch): HistoryQuery {
  const { timestampMs, order } = call;
  const count = call.count - found.length;
  if (cursor !== undefined) return { timestampMs, order, count, cursor };
  if (hadSeq === undefined) return { timestampMs, order, count };
  // From the other end of this ms on: those of it that the app has not had are among what comes.
  return { timestampMs: order === 'descending' ? timestampMs + 1 : timestampMs - 1, order, count };
}

/** The fetch with one more page. */
export function takePage(fetch: HistoryFetch, { roomEpoch, messages, next }: MessagesAnswer): HistoryFetch {
  // There is another room by that name: nothing of the former counts.
  if (fetch.roomEpoch !== undefined && fetch.roomEpoch !== roomEpoch) return beginFetch(fetch.call, {});
  const found = [...fetch.found, ...messages.filter(({ seq }) => !wasHad(fetch, seq))];
  return { ...fetch, roomEpoch, cursor: next, found, state: stateOf(fetch, found, next) };
}

function stateOf(fetch: HistoryFetch, found: readonly Message[], next: number | undefined): HistoryFetch['state'] {
  if (next === undefined) return 'end';
  if (found.length >= fetch.call.count) return 'full';
  return next === fetch.cursor ? 'stuck' : 'open';
}

function wasHad({ call, hadSeq }: HistoryFetch, seq: number): boolean {
  if (hadSeq === undefined) return false;
  return call.order === 'descending' ? seq >= hadSeq : seq <= hadSeq;
}
