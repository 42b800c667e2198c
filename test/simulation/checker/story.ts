import { check } from '../../support/checker/check.ts';
import type {
  Accepted,
  AnswerResult,
  Call,
  CallArgs,
  EndReason,
  Frame,
  HistoryEvent,
  MemberWritten,
  OfConnection,
  Operation,
} from '../../support/checker/history.ts';
import type { CheckOptions } from '../../support/checker/violation.ts';

type Row = Omit<MemberWritten, 'kind' | 'atMs'>;

/** A history of one room, step by step. Ann is `ann`, the connection is `ann1` and the membership `ann-m`. */
export class Story {
  readonly events: HistoryEvent[] = [];
  epoch = 'e1';
  readonly room = 'r';
  nowMs = 0;
  readonly #rows = new Map<string, Row>();
  #seq = 0;
  #calls = 0;

  at(nowMs: number): this {
    this.nowMs = nowMs;
    return this;
  }

  add(event: HistoryEvent): this {
    this.events.push(event);
    return this;
  }

  created(epoch = 'e1'): this {
    this.epoch = epoch;
    this.#seq = 0;
    return this.add({ kind: 'roomCreated', atMs: this.nowMs, room: this.room, epoch });
  }

  destroyed(automatically = false): this {
    return this.add({ kind: 'roomDestroyed', atMs: this.nowMs, room: this.room, epoch: this.epoch, automatically });
  }

  open(user: string, connection = `${user}1`, device = `phone of ${user}`): this {
    return this.add({ kind: 'opened', atMs: this.nowMs, user, device, connection, login: connection });
  }

  socket(kind: OfConnection['kind'], connection: string): this {
    return this.add({ kind, atMs: this.nowMs, connection });
  }

  /** Begins a call; the id answers it. */
  call(by: string, op: Operation, args: CallArgs = {}, room = this.room): string {
    this.#calls += 1;
    const id = `c${this.#calls}`;
    const from: Call['by'] = by === 'app' ? 'server-api' : { user: by, connection: `${by}1` };
    this.add({ kind: 'call', atMs: this.nowMs, id, by: from, op, room, args });
    return id;
  }

  answer(id: string, result: AnswerResult = {}, code = 0): this {
    return this.add({ kind: 'answer', atMs: this.nowMs, id, code, result });
  }

  /** A call with its answer. */
  asked(by: string, op: Operation, args: CallArgs = {}, result: AnswerResult = {}, code = 0): this {
    return this.answer(this.call(by, op, args), result, code);
  }

  row(user: string, changes: Partial<Row>): this {
    const before = this.#rows.get(user);
    const row: Row = { room: this.room, epoch: this.epoch, user, connections: [], ...before, ...changes };
    this.#rows.set(user, row);
    return this.add({ kind: 'memberWritten', atMs: this.nowMs, ...row });
  }

  /** Opens a socket and joins. */
  joined(user: string, membership = `${user}-m`): this {
    if (!this.events.some((event) => event.kind === 'opened' && event.connection === `${user}1`)) this.open(user);
    const id = this.call(user, 'join');
    this.#rows.delete(user);
    this.row(user, { membershipId: membership, connections: [`${user}1`] });
    return this.answer(id, { roomEpoch: this.epoch, membership, fresh: true });
  }

  mark(user: string): this {
    return this.row(user, { connections: [], offline: { seq: this.#seq, atMs: this.nowMs } });
  }

  offline(user: string): this {
    return this.socket('socketLost', `${user}1`).socket('disconnectEvent', `${user}1`).mark(user);
  }

  ended(user: string, reason: EndReason, membershipId = `${user}-m`): this {
    const row = this.#rows.get(user);
    this.#rows.delete(user);
    const { room, epoch } = row ?? this;
    const ended = { membershipId, reason, atMs: this.nowMs };
    return this.add({ kind: 'memberDeleted', atMs: this.nowMs, room, epoch, user, ended });
  }

  left(user: string): this {
    const id = this.call(user, 'leave');
    return this.ended(user, 'left').answer(id);
  }

  /** The write that gives a message its seq. */
  accepted(sender: string, clientMessageId: string, changes: Partial<Accepted> = {}): number {
    this.#seq += 1;
    const { room, epoch, nowMs } = this;
    const ids = { seq: this.#seq, messageId: `m${this.#seq}`, clientMessageId, sender };
    this.add({ kind: 'accepted', atMs: nowMs, room, epoch, sentAtMs: nowMs, ...ids, ...changes });
    return changes.seq ?? this.#seq;
  }

  /** Messages of the server API. */
  published(count = 1): this {
    for (let sent = 0; sent < count; sent += 1) {
      const id = this.call('app', 'publish', { user: 'system' });
      this.accepted('system', '');
      this.answer(id);
    }
    return this;
  }

  sent(user: string, clientMessageId: string): this {
    const id = this.call(user, 'send', { clientMessageId });
    const seq = this.accepted(user, clientMessageId);
    return this.answer(id, { roomEpoch: this.epoch, seq, messageId: `m${seq}` });
  }

  pushed(connection: string, frame: Frame): this {
    return this.add({ kind: 'pushed', atMs: this.nowMs, connection, frame });
  }

  pushedMessage(connection: string, seq: number, senderUserId: string, content = `text ${seq}`): this {
    const messages = [{ seq, messageId: `m${seq}`, senderUserId, content }];
    return this.pushed(connection, { event: 'messages', room: this.room, roomEpoch: this.epoch, messages });
  }

  webhook(what: 'joined' | 'left', user: string, reason?: EndReason, eventId = `${what} ${user}`): this {
    const ids = { room: this.room, user, membership: `${user}-m`, eventId };
    return this.add({ kind: 'webhook', atMs: this.nowMs, what, ...ids, ...(reason === undefined ? {} : { reason }) });
  }

  settled(): this {
    return this.add({ kind: 'settled', atMs: this.nowMs });
  }

  /** The ids of what it breaks. */
  breaks(options: Partial<CheckOptions> = {}): readonly string[] {
    return check(this.events, options).map(({ invariant }) => invariant);
  }
}

/** A room with these users online. */
export const roomOf = (...users: readonly string[]): Story => {
  const story = new Story().created();
  for (const user of users) story.joined(user);
  return story;
};
