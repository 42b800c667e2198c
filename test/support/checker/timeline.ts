import { type CallRecord, Calls, concerned, firstNotBelow, type Moment } from './calls.ts';
import type { Accepted, EndReason, HistoryEvent, MemberDeleted, MemberWritten, Operation } from './history.ts';
import { Sockets } from './sockets.ts';

/** What a call does may be seen later than its write, but not later than its answer or the end of its Lambda. */
export const LAMBDA_MS = 30_000;

/** A row of a member from one write to the next. `current` is the membership that it is of. */
export interface Version extends Moment {
  readonly event: MemberWritten | MemberDeleted;
  readonly current: string | undefined;
  readonly previous: Version | undefined;
  readonly known: Moment;
}

export interface AcceptedMessage extends Moment {
  readonly event: Accepted;
  /** Of this message and all before it. */
  readonly latestSentAtMs: number;
  readonly known: Moment;
  /** A call of the server API was in progress that may have sent it. */
  readonly byServer: boolean;
}

export interface Membership {
  readonly id: string;
  readonly life: Life;
  readonly user: string;
  readonly start: Version;
  end: Version | undefined;
  reason: EndReason | undefined;
}

/** One epoch of a room. Without the event `created` or `destroyed` is missing. */
export interface Life {
  readonly room: string;
  readonly epoch: string;
  /** 0 for the first of the room's lives. */
  readonly number: number;
  created: Moment | undefined;
  destroyed: (Moment & { readonly known: Moment; readonly automatically: boolean }) | undefined;
  readonly accepted: AcceptedMessage[];
  readonly rows: Map<string, Version[]>;
}

/** Everything that the storage, the sockets and the calls say, in the order in which it happened. */
export class Timeline {
  readonly calls: Calls;
  readonly sockets: Sockets;
  readonly history: readonly HistoryEvent[];
  readonly versions: Version[] = [];
  readonly records: CallRecord[] = [];
  /** When something was made to fail. */
  readonly faultsMs: number[] = [];
  readonly memberships = new Map<string, Membership>();
  readonly #lives = new Map<string, Life[]>();
  readonly #recordsOf = new Map<string, CallRecord[]>();

  constructor(history: readonly HistoryEvent[]) {
    this.history = history;
    this.calls = new Calls(history);
    this.sockets = new Sockets(history);
    history.forEach((event, index) => {
      if (event.kind === 'call') {
        const record = this.calls.get(event.id);
        if (record?.index === index) this.#addRecord(record);
      }
      if (event.kind === 'fault') this.faultsMs.push(event.atMs);
      this.calls.apply(event);
      this.#store(event, index);
    });
  }

  #addRecord(record: CallRecord): void {
    this.records.push(record);
    const user = concerned(record.call);
    const records = this.#recordsOf.get(user);
    if (records === undefined) this.#recordsOf.set(user, [record]);
    else records.push(record);
  }

  /** Calls by a user or about one that may have had an effect between these two. */
  recordsOf(user: string, from: Moment, toIndex: number): readonly CallRecord[] {
    const records = this.#recordsOf.get(user) ?? [];
    const first = firstNotBelow(records, from.atMs - LAMBDA_MS, ({ call }) => call.atMs);
    const end = firstNotBelow(records, toIndex, ({ index }) => index);
    return records.slice(first, end).filter(({ answerIndex }) => answerIndex > from.index);
  }

  lives(): readonly Life[] {
    return [...this.#lives.values()].flat();
  }

  livesOf(room: string): readonly Life[] {
    return this.#lives.get(room) ?? [];
  }

  life(room: string, epoch: string | undefined): Life | undefined {
    return this.#lives.get(room)?.find((life) => life.epoch === epoch);
  }

  atMs(index: number): number {
    return this.history[index]?.atMs ?? Infinity;
  }

  #store(event: HistoryEvent, index: number): void {
    if (event.kind === 'roomCreated') this.#life(event.room, event.epoch).created ??= { index, atMs: event.atMs };
    if (event.kind === 'roomDestroyed') {
      const known = this.#known('', event.atMs, index, isRowWrite);
      const { atMs, automatically } = event;
      this.#life(event.room, event.epoch).destroyed ??= { index, atMs, known, automatically };
    }
    if (event.kind === 'accepted') this.#accept(event, index);
    if (event.kind === 'memberWritten' || event.kind === 'memberDeleted') this.#writeRow(event, index);
  }

  #accept(event: Accepted, index: number): void {
    const { accepted } = this.#life(event.room, event.epoch);
    const latestSentAtMs = Math.max(event.sentAtMs, accepted.at(-1)?.latestSentAtMs ?? -Infinity);
    const known = this.#known(event.sender, event.atMs, index, isSend);
    const byServer = this.#isByServer(event);
    accepted.push({ event, index, atMs: event.atMs, latestSentAtMs, known, byServer });
  }

  #isByServer({ room, sender, atMs }: Accepted): boolean {
    const open = [...this.calls.openOf(sender, atMs), ...this.calls.openOf('', atMs)];
    const ops = ['publish', 'setEntries', 'removeEntries'];
    return open.some(({ call }) => call.by === 'server-api' && call.room === room && ops.includes(call.op));
  }

  #writeRow(event: MemberWritten | MemberDeleted, index: number): void {
    const life = this.#life(event.room, event.epoch);
    const rows = life.rows.get(event.user) ?? [];
    life.rows.set(event.user, rows);
    const previous = rows.at(-1);
    const named = event.kind === 'memberWritten' ? event.membershipId : undefined;
    const current = named === event.ended?.membershipId ? undefined : named;
    const known = this.#known(event.user, event.atMs, index, isRowWrite);
    const version: Version = { index, atMs: event.atMs, event, current, previous, known };
    rows.push(version);
    this.versions.push(version);
    const former = previous?.current === undefined ? undefined : this.memberships.get(previous.current);
    if (former !== undefined && former.id !== current && former.end === undefined) {
      former.end = version;
      former.reason = event.ended?.membershipId === former.id ? event.ended.reason : undefined;
    }
    if (current === undefined || this.memberships.has(current)) return;
    this.memberships.set(current, {
      id: current,
      life,
      user: event.user,
      start: version,
      end: undefined,
      reason: undefined,
    });
  }

  #life(room: string, epoch: string): Life {
    const lives = this.#lives.get(room) ?? [];
    this.#lives.set(room, lives);
    const found = lives.find((life) => life.epoch === epoch);
    if (found !== undefined) return found;
    const life: Life = {
      room,
      epoch,
      number: lives.length,
      created: undefined,
      destroyed: undefined,
      accepted: [],
      rows: new Map(),
    };
    lives.push(life);
    return life;
  }

  /** When all calls that may be the cause of a write are over. */
  #known(user: string, atMs: number, index: number, isCause: (op: Operation) => boolean): Moment {
    let known: Moment = { index, atMs };
    for (const record of this.calls.openOf(user, atMs)) {
      if (!isCause(record.call.op)) continue;
      const overMs = record.answer?.atMs ?? record.call.atMs + LAMBDA_MS;
      const overIndex = record.answer === undefined ? index : record.answerIndex;
      known = { index: Math.max(known.index, overIndex), atMs: Math.max(known.atMs, overMs) };
    }
    return known;
  }
}

const reads: readonly Operation[] = ['repair', 'history', 'recall', 'getEntries', 'ping', 'exist', 'members'];
const isSend = (op: Operation) => op === 'send' || op === 'publish' || op === 'setEntries' || op === 'removeEntries';
const isRowWrite = (op: Operation) => op !== 'publish' && !reads.includes(op);

export const isKnown = (known: Moment, at: Moment): boolean => known.index < at.index && known.atMs <= at.atMs;

/** The last write of a row that is not after this index, and its number among them. */
export function versionAt(rows: readonly Version[], index: number): { version: Version | undefined; position: number } {
  const position = firstNotBelow(rows, index + 1, (version) => version.index) - 1;
  return { version: rows[position], position };
}

/** The room's seq as it was at this index. */
export function seqAt(life: Life, index: number): number {
  const count = firstNotBelow(life.accepted, index + 1, (message) => message.index);
  return life.accepted[count - 1]?.event.seq ?? 0;
}
