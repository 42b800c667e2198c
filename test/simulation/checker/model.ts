import type { AnswerResult, CallArgs, EndReason, HistoryEvent, Operation } from '../../support/checker/history.ts';

type MemberRow = {
  membershipId: string;
  connections: string[];
  offline?: { seq: number; atMs: number } | undefined;
};

/** A server that keeps the rules: each call has its effect at one moment between its start and its answer. */
export class Model {
  readonly events: HistoryEvent[] = [];
  nowMs = 1_000;
  readonly #limit: number;
  readonly #epsMs: number;
  readonly #random: () => number;
  readonly #rows = new Map<string, MemberRow>();
  readonly #blocked = new Map<string, number>();
  readonly #allowed = new Map<string, { seq: number; atMs: number }>();
  readonly #delisted = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  readonly #pending: (() => void)[] = [];
  readonly #connections = new Map<string, string>();
  /** Of each connection, in their order. */
  readonly #sends = new Map<string, (() => void)[]>();
  #latestMs = 0;
  #seq = 0;
  #ids = 0;

  constructor(random: () => number, limit: number, epsMs = 0) {
    this.#random = random;
    this.#epsMs = epsMs;
    this.#limit = limit;
    this.events.push({ kind: 'roomCreated', atMs: 0, room: 'r', epoch: 'e' });
  }

  /** The clock of some Lambda. */
  #clock(): number {
    return this.nowMs + Math.round((this.#random() * 2 - 1) * this.#epsMs);
  }

  /** Something that was begun has its effect, or its answer. */
  proceed(): void {
    const index = Math.floor(this.#random() * this.#pending.length);
    const [next] = this.#pending.splice(index, 1);
    next?.();
  }

  /** Everything that was begun ends, and nothing happens for a time. */
  rest(forMs: number): void {
    while (this.#pending.length > 0) this.proceed();
    this.nowMs += forMs;
  }

  connect(user: string): void {
    const connection = `${user}-${this.#next()}`;
    const former = this.#connections.get(user);
    if (former !== undefined) this.lose(user);
    this.#connections.set(user, connection);
    this.events.push({ kind: 'opened', atMs: this.nowMs, user, device: user, connection, login: user });
  }

  lose(user: string): void {
    const connection = this.#connections.get(user);
    if (connection === undefined) return;
    this.#connections.delete(user);
    this.events.push({ kind: 'socketLost', atMs: this.nowMs, connection });
    this.#pending.push(() => {
      this.events.push({ kind: 'disconnectEvent', atMs: this.nowMs, connection });
      this.#pending.push(() => this.#disconnect(user, connection));
    });
  }

  #disconnect(user: string, connection: string): void {
    const row = this.#rows.get(user);
    if (row === undefined || !row.connections.includes(connection)) return;
    row.connections = row.connections.filter((other) => other !== connection);
    if (row.connections.length === 0) row.offline = { seq: this.#seq, atMs: this.#clock() };
    this.#write(user);
  }

  ask(by: string, op: Operation, args: CallArgs = {}): void {
    const id = `c${this.#next()}`;
    const connection = this.#connections.get(by);
    if (by !== 'app' && connection === undefined) return;
    const from = connection === undefined ? ('server-api' as const) : { user: by, connection };
    this.events.push({ kind: 'call', atMs: this.nowMs, id, by: from, op, room: 'r', args });
    const work = () => {
      const { code, ...result } = this.#effect(by, op, args, connection ?? '');
      this.#pending.push(() => {
        if (this.#random() < 0.02) return;
        this.events.push({ kind: 'answer', atMs: this.nowMs, id, code, result });
      });
    };
    const sends = this.#sends.get(connection ?? '') ?? [];
    this.#sends.set(connection ?? '', sends);
    if (op === 'send') sends.push(work);
    this.#pending.push(op === 'send' ? () => sends.shift()?.() : work);
  }

  #effect(by: string, op: Operation, args: CallArgs, connection: string): AnswerResult & { readonly code: number } {
    const user = args.user ?? '';
    if (op === 'join') return this.#join(by, connection);
    if (op === 'leave') return this.#end(by, this.#settle(by) ? 'left' : undefined);
    if (op === 'send') return this.#send(by, args.clientMessageId ?? '', connection);
    if (op === 'publish') this.#accept(user, '');
    if (op === 'exist') return { code: 0, member: this.#isMember(user) };
    if (op === 'block') {
      this.#settle(user);
      this.#blocked.set(user, args.untilMs ?? 0);
      this.#end(user, 'blocked');
    }
    if (op === 'unblock') this.#blocked.delete(user);
    if (op === 'allow' && !this.#allowed.has(user)) this.#allowed.set(user, { seq: this.#seq, atMs: this.#latestMs });
    if (op === 'disallow' && this.#allowed.delete(user)) this.#delisted.set(user, this.#seq);
    if (op !== 'members') return { code: 0 };
    const userIds = [...this.#rows.keys()].filter((member) => this.#isMember(member));
    return { code: 0, userIds, total: userIds.length };
  }

  #join(user: string, connection: string): AnswerResult & { readonly code: number } {
    this.#settle(user);
    if ((this.#blocked.get(user) ?? 0) > this.#clock()) return { code: 23409 };
    return { code: 0, roomEpoch: 'e', membership: this.#enter(user, connection) };
  }

  /** The connection joins the room, or resumes its membership. */
  #enter(user: string, connection: string): string {
    const { membershipId, connections } = this.#rows.get(user) ?? { membershipId: `m${this.#next()}`, connections: [] };
    if (connections.includes(connection)) return membershipId;
    this.#rows.set(user, { membershipId, connections: [...connections, connection] });
    this.#write(user);
    if (this.#connections.get(user) !== connection) this.#pending.push(() => this.#disconnect(user, connection));
    return membershipId;
  }

  #send(user: string, clientMessageId: string, connection: string): AnswerResult & { readonly code: number } {
    const former = this.#sent.get(`${user} ${clientMessageId}`);
    if (former !== undefined) return { code: 0, roomEpoch: 'e', seq: former };
    if (!this.#settle(user)) return { code: 23406 };
    this.#enter(user, connection);
    const seq = this.#accept(user, clientMessageId);
    this.#sent.set(`${user} ${clientMessageId}`, seq);
    return { code: 0, roomEpoch: 'e', seq };
  }

  #accept(sender: string, clientMessageId: string): number {
    this.#seq += 1;
    this.#latestMs = Math.max(this.#latestMs, this.#clock());
    const ids = { seq: this.#seq, messageId: `m${this.#seq}`, clientMessageId, sender };
    const sentAtMs = this.#latestMs;
    this.events.push({ kind: 'accepted', atMs: this.nowMs, room: 'r', epoch: 'e', sentAtMs, ...ids });
    for (const user of this.#rows.keys()) if (!this.#isMember(user)) this.#pending.push(() => this.#settle(user));
    return this.#seq;
  }

  #isMember(user: string): boolean {
    const mark = this.#rows.get(user)?.offline;
    if (mark === undefined) return this.#rows.has(user);
    const { seq, atMs } = this.#allowed.get(user) ?? { seq: this.#seq, atMs: this.#latestMs };
    const isCounted = seq > Math.max(mark.seq, this.#delisted.get(user) ?? 0);
    return !(isCounted && (seq - mark.seq >= this.#limit || atMs - mark.atMs > 30_000));
  }

  /** Whether the user is a member; one who is evicted is removed. */
  #settle(user: string): boolean {
    if (this.#rows.has(user) && !this.#isMember(user)) this.#end(user, 'offline');
    return this.#rows.has(user);
  }

  #end(user: string, reason: EndReason | undefined): { readonly code: number } {
    const row = this.#rows.get(user);
    if (row === undefined || reason === undefined) return { code: 23406 };
    this.#rows.delete(user);
    const ended = { membershipId: row.membershipId, reason, atMs: this.nowMs };
    this.events.push({ kind: 'memberDeleted', atMs: this.nowMs, room: 'r', epoch: 'e', user, ended });
    return { code: 0 };
  }

  #write(user: string): void {
    const row = this.#rows.get(user);
    if (row === undefined) return;
    this.events.push({ kind: 'memberWritten', atMs: this.nowMs, room: 'r', epoch: 'e', user, ...row });
  }

  #next(): number {
    this.#ids += 1;
    return this.#ids;
  }
}
