import type { Answer, Call, HistoryEvent } from './history.ts';

/** A point of the history. */
export interface Moment {
  readonly index: number;
  readonly atMs: number;
}

/** A Lambda ends after 29 s: what a call without an answer did, it has done by then. */
const LAMBDA_MS = 30_000;

/** A call, and its first answer. Without one `answerIndex` is infinite. */
export interface CallRecord {
  readonly call: Call;
  readonly index: number;
  answer: Answer | undefined;
  answerIndex: number;
}

/** All calls, and which are open as the history goes on. */
export class Calls {
  readonly #byId = new Map<string, CallRecord>();
  readonly #sends = new Map<string, CallRecord[]>();
  readonly #open = new Map<string, CallRecord[]>();

  constructor(history: readonly HistoryEvent[]) {
    history.forEach((event, index) => {
      if (event.kind === 'call') this.#add({ call: event, index, answer: undefined, answerIndex: Infinity });
      if (event.kind !== 'answer') return;
      const record = this.#byId.get(event.id);
      if (record === undefined || record.answer !== undefined) return;
      record.answer = event;
      record.answerIndex = index;
    });
  }

  #add(record: CallRecord): void {
    const { call } = record;
    this.#byId.set(call.id, record);
    if (call.op !== 'send' || call.by === 'server-api') return;
    const key = sendKey(call.room, call.by.user, call.args.clientMessageId ?? '');
    const sends = this.#sends.get(key);
    if (sends === undefined) this.#sends.set(key, [record]);
    else sends.push(record);
  }

  get(id: string): CallRecord | undefined {
    return this.#byId.get(id);
  }

  /** All sends of this message, the retries too. */
  sendsOf(room: string, user: string, clientMessageId: string): readonly CallRecord[] {
    return this.#sends.get(sendKey(room, user, clientMessageId)) ?? [];
  }

  apply(event: HistoryEvent): void {
    if (event.kind === 'call') {
      const record = this.#byId.get(event.id);
      const user = concerned(event);
      if (record === undefined) return;
      const open = this.#open.get(user);
      if (open === undefined) this.#open.set(user, [record]);
      else open.push(record);
    }
    if (event.kind !== 'answer') return;
    const record = this.#byId.get(event.id);
    if (record === undefined) return;
    const user = concerned(record.call);
    this.#open.set(
      user,
      (this.#open.get(user) ?? []).filter((other) => other !== record),
    );
  }

  /** Calls by a user or about one that may be in progress; with an empty name, those about nobody. */
  openOf(user: string, nowMs: number): readonly CallRecord[] {
    const open = this.#open.get(user);
    if (open === undefined || open.length === 0) return [];
    const kept = open.filter(({ answer, call }) => answer !== undefined || call.atMs + LAMBDA_MS > nowMs);
    if (kept.length < open.length) this.#open.set(user, kept);
    return kept;
  }
}

const sendKey = (room: string, user: string, clientMessageId: string) => `${room}\n${user}\n${clientMessageId}`;

/** The one who asks, or the user that the server API names. */
export const concerned = (call: Call): string => (call.by === 'server-api' ? (call.args.user ?? '') : call.by.user);

/** When a call is sure to have had its effect: at its answer, or without one at the write that is seen. */
export const knownFrom = (record: CallRecord | undefined, index: number): number =>
  record?.answer === undefined ? index : Math.max(index, record.answerIndex);

/** The first position in a sorted list whose value is not smaller. */
export function firstNotBelow<T>(sorted: readonly T[], wanted: number, orderOf: (item: T) => number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && orderOf(item) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
