import type { Answer, MessagesAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import type { Message } from '../../protocol/message.ts';
import type { FeatureRoom, Handed } from '../room/feature.ts';
import {
  beginFetch,
  type HistoryCall,
  type HistoryFetch,
  type HistoryOrder,
  type HistoryStart,
  queryOf,
  takePage,
} from './history-fetch.ts';

/** How many different times of handed messages are remembered; the earliest one always stays. */
const TIMES_MAX = 1000;

/** The first and the last message of one ms that the app was handed. */
interface Span {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** Where the last page of one order ended. */
interface PageEnd {
  readonly sentAtMs: number;
  readonly cursor: number;
}

/** What a pager works with. */
export type PagedRoom = Pick<FeatureRoom, 'roomId' | 'operations' | 'settled'>;

/** Gets the messages, or the code. */
export type HistoryRead = (code: number, messages: readonly Message[]) => void;

/**
 * Reads one room's history by time, as RongCloud's call does. A page may end between messages of one ms, so it remembers
 * by seq what the app has, and where each page ended: none of those messages is lost.
 */
export class HistoryPager {
  readonly #room: PagedRoom;
  #roomEpoch: string = '';
  /** By time, in the order in which they were handed over. */
  readonly #spans = new Map<number, Span>();
  readonly #ends = new Map<HistoryOrder, PageEnd>();
  #earliestMs = Number.POSITIVE_INFINITY;

  constructor(room: PagedRoom) {
    this.#room = room;
  }

  get isEmpty(): boolean {
    return this.#spans.size === 0;
  }

  /** All or nothing: a list shorter than `count` means that the history ends there. */
  read(call: HistoryCall, done: HistoryRead): void {
    let fetch = beginFetch(call, this.#startOf(call));
    const { roomId, operations } = this.#room;
    operations.add({
      kind: 'history',
      frameOf: (id) => ({ action: 'history', id, room: roomId, ...queryOf(fetch) }),
      // For the app it is one call, however many pages it takes.
      again: (answer) => {
        if (!isMessages(answer)) return undefined;
        fetch = takePage(fetch, answer);
        return fetch.state === 'open' ? 0 : undefined;
      },
      settle: (answer) => {
        if (isMessages(answer)) this.#took(fetch, done);
        else done(answer.code, []);
        this.#room.settled(answer);
      },
    });
  }

  /** The app has these messages, from a page, a push or its own send. */
  handed(roomEpoch: string, messages: readonly Handed[]): void {
    if (roomEpoch !== this.#roomEpoch) this.forget();
    this.#roomEpoch = roomEpoch;
    // A message without a seq is in no history.
    for (const message of messages) if (message.seq > 0) this.#remember(message);
  }

  forget(): void {
    this.#spans.clear();
    this.#ends.clear();
    this.#earliestMs = Number.POSITIVE_INFINITY;
  }

  #took(fetch: HistoryFetch, done: HistoryRead): void {
    const { state, found } = fetch;
    if (state === 'stuck') done(Code.UNKNOWN, []);
    else {
      this.handed(fetch.roomEpoch ?? '', found);
      this.#noteEnd(fetch);
      done(Code.OK, found);
    }
  }

  #noteEnd({ call, cursor, found }: HistoryFetch): void {
    const last = found[found.length - 1];
    if (last === undefined || cursor === undefined) this.#ends.delete(call.order);
    else this.#ends.set(call.order, { sentAtMs: last.sentAtMs, cursor });
  }

  #startOf({ timestampMs, order }: HistoryCall): HistoryStart {
    const roomEpoch = this.#roomEpoch;
    const end = this.#ends.get(order);
    if (end?.sentAtMs === timestampMs) return { roomEpoch, cursor: end.cursor };
    const span = this.#spans.get(timestampMs);
    // Without a time, the call starts at the end of the history, whatever the app has.
    if (span === undefined || timestampMs === 0) return {};
    return { roomEpoch, hadSeq: order === 'descending' ? span.firstSeq : span.lastSeq };
  }

  #remember({ seq, sentAtMs }: Handed): void {
    const { firstSeq, lastSeq } = this.#spans.get(sentAtMs) ?? { firstSeq: seq, lastSeq: seq };
    this.#spans.delete(sentAtMs);
    this.#spans.set(sentAtMs, { firstSeq: Math.min(firstSeq, seq), lastSeq: Math.max(lastSeq, seq) });
    this.#earliestMs = Math.min(this.#earliestMs, sentAtMs);
    if (this.#spans.size <= TIMES_MAX) return;
    const [first, second] = this.#spans.keys();
    const oldest = first === this.#earliestMs ? second : first;
    if (oldest !== undefined) this.#spans.delete(oldest);
  }
}

const isMessages = (answer: Answer): answer is MessagesAnswer => 'messages' in answer && !('membership' in answer);
