import type { MessagesAnswer } from '../../protocol/answers.ts';
import type { HistoryFrame } from '../../protocol/client-frames.ts';
import type { Message } from '../../protocol/message.ts';

export type HistoryOrder = HistoryFrame['order'];
/** What the app asks for. */
export type HistoryCall = Pick<HistoryFrame, 'timestampMs' | 'order' | 'count'>;
/** What the server is asked for. */
type HistoryQuery = Pick<HistoryFrame, 'timestampMs' | 'order' | 'count' | 'cursor'>;

/**
 * Where a call starts, given what the app has: after a page, or after a message. The time alone cannot say which of
 * several messages of one ms the app has. Empty = the time says where to start.
 */
export interface HistoryStart {
  /** The epoch of the messages to come; absent = the first page says it. */
  readonly roomEpoch?: string;
  /** The next page. */
  readonly cursor?: number | undefined;
  /** The app has this message and all before it in the order of reading. */
  readonly hadSeq?: number;
}

/** One call of the app, fetched page by page. Immutable: every function here returns a new one. */
export interface HistoryFetch extends HistoryStart {
  readonly call: HistoryCall;
  readonly found: readonly Message[];
  /** `end`: the history has no more; `stuck`: the server's pages make no progress. */
  readonly state: 'open' | 'full' | 'end' | 'stuck';
}

export function beginFetch(call: HistoryCall, start: HistoryStart): HistoryFetch {
  return { ...start, call, found: [], state: 'open' };
}

/** The next request to the server. */
export function queryOf({ call, cursor, hadSeq, found }: HistoryFetch): HistoryQuery {
  const { timestampMs, order } = call;
  const count = call.count - found.length;
  if (cursor !== undefined) return { timestampMs, order, count, cursor };
  if (hadSeq === undefined) return { timestampMs, order, count };
  // Start at the far edge of this ms, so that its messages that the app lacks are among the answer.
  return { timestampMs: order === 'descending' ? timestampMs + 1 : timestampMs - 1, order, count };
}

/** The fetch with one more page. */
export function takePage(fetch: HistoryFetch, { roomEpoch, messages, next }: MessagesAnswer): HistoryFetch {
  // The room was replaced by a new one with the same id: start again.
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
