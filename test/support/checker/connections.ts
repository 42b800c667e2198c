import { type Calls, firstNotBelow, type Moment } from './calls.ts';
import type { HistoryEvent, Opened } from './history.ts';
import type { CheckOptions } from './violation.ts';

/** A sign of life counts for 170 s, and the recorded one may be 20 s older than the last. */
const SURE_LEASE_MS = 150_000;
/** Within this time the server has done what follows from a frame. */
const LAMBDA_MS = 30_000;

export interface Connection {
  readonly id: string;
  readonly user: string;
  readonly device: string;
  readonly login: string | undefined;
  lastHeard: Moment;
  /** The client's end is gone. */
  lost: Moment | undefined;
  /** The server has ended it, or `$disconnect` has arrived: it is over for good. */
  over: Moment | undefined;
  /** The server has learned, rightly or not, that it is gone. */
  noticed: Moment | undefined;
  lastNotice: Moment | undefined;
  heardSinceNotice: Moment | undefined;
  /** A later login, one connection too many, or a call of the server API may force-close it from here on. */
  mayBeClosed: Moment | undefined;
}

/** What may be known of every connection at the present point of the history. */
export class Connections {
  readonly #byId = new Map<string, Connection>();
  readonly #byUser = new Map<string, Connection[]>();
  readonly #history: readonly HistoryEvent[];
  readonly #calls: Calls;
  readonly #options: CheckOptions;

  constructor(history: readonly HistoryEvent[], calls: Calls, options: CheckOptions) {
    this.#history = history;
    this.#calls = calls;
    this.#options = options;
  }

  get(id: string): Connection | undefined {
    return this.#byId.get(id);
  }

  of(user: string): readonly Connection[] {
    return this.#byUser.get(user) ?? [];
  }

  all(): Iterable<Connection> {
    return this.#byId.values();
  }

  apply(event: HistoryEvent, at: Moment): void {
    if (event.kind === 'opened') this.#open(event, at);
    else if (event.kind === 'answer') this.#answer(event.id, event.code, at);
    else if (event.kind === 'call') this.#call(event.op, event.args.user, at);
    else if ('connection' in event) this.#happen(event.kind, this.#byId.get(event.connection), at, event);
  }

  #open({ user, device, connection, login }: Opened, at: Moment): void {
    const others = this.#byUser.get(user) ?? [];
    for (const other of others)
      if (other.device === device && (login === undefined || other.login !== login)) other.mayBeClosed ??= at;
    const open = others.filter(({ lost, over }) => lost === undefined && over === undefined);
    if (open.length >= this.#options.maxConnectionsPerUser) for (const other of open) other.mayBeClosed ??= at;
    const opened: Connection = {
      ...{ id: connection, user, device, login, lastHeard: at, lost: undefined, over: undefined, noticed: undefined },
      ...{ lastNotice: undefined, heardSinceNotice: undefined, mayBeClosed: undefined },
    };
    this.#byId.set(connection, opened);
    this.#byUser.set(user, [...others, opened]);
  }

  #happen(kind: HistoryEvent['kind'], connection: Connection | undefined, at: Moment, event: HistoryEvent): void {
    if (connection === undefined) return;
    const closing = event.kind === 'pushed' && event.frame.event === 'closing';
    if (kind === 'socketLost') connection.lost ??= at;
    if (kind === 'heard') {
      connection.lastHeard = at;
      if (connection.noticed !== undefined) connection.heardSinceNotice ??= at;
    }
    if (kind === 'closedByServer' || kind === 'disconnectEvent' || closing) connection.over ??= at;
    if (kind === 'goneAnswer' || kind === 'closedByServer' || kind === 'disconnectEvent' || closing) {
      connection.noticed ??= at;
      connection.lastNotice = at;
      connection.heardSinceNotice = undefined;
    }
  }

  /** A frame over a connection that was wrongly considered gone makes the server find that it lives. */
  #answer(id: string, code: number, at: Moment): void {
    const record = this.#calls.get(id);
    if (record === undefined || record.call.by === 'server-api') return;
    const connection = this.#byId.get(record.call.by.connection);
    if (connection === undefined) return;
    if (code === 30001) connection.over ??= at;
    const { noticed, over, lost } = connection;
    if (code !== 0 || noticed === undefined || over !== undefined || lost !== undefined) return;
    if (noticed.index > record.index) return;
    connection.noticed = undefined;
    connection.heardSinceNotice = undefined;
  }

  #call(op: string, user: string | undefined, at: Moment): void {
    if (user === undefined || (op !== 'blockEverywhere' && op !== 'expireTokens')) return;
    for (const connection of this.of(user)) connection.mayBeClosed ??= at;
  }

  /** It surely lives, and the server must know that. */
  isLive(connection: Connection, now: Moment): boolean {
    const { lost, over, mayBeClosed, noticed, heardSinceNotice, lastHeard } = connection;
    if (lost !== undefined || over !== undefined || mayBeClosed !== undefined) return false;
    if (noticed !== undefined && !(heardSinceNotice && now.atMs - heardSinceNotice.atMs >= LAMBDA_MS)) return false;
    return now.atMs - lastHeard.atMs < SURE_LEASE_MS - this.#options.epsMs;
  }

  /** The first moment at which the server may have considered it gone, as it stands; none if it cannot have. */
  goneFrom(connection: Connection, now: Moment): Moment | undefined {
    const { noticed, over, mayBeClosed, lost } = connection;
    const lost1 = this.#options.seesPosts ? undefined : lost;
    return earliest([noticed, over, mayBeClosed, lost1, this.#leaseEnd(connection, now)]);
  }

  #leaseEnd({ lastHeard }: Connection, now: Moment): Moment | undefined {
    const atMs = lastHeard.atMs + SURE_LEASE_MS - this.#options.epsMs;
    if (atMs > now.atMs) return undefined;
    return { index: firstNotBelow(this.#history, atMs, (event) => event.atMs), atMs };
  }
}

export const earliest = (moments: readonly (Moment | undefined)[]): Moment | undefined =>
  moments.reduce((first, moment) => (first === undefined || (moment && moment.index < first.index) ? moment : first));

export const latest = (moments: readonly (Moment | undefined)[]): Moment | undefined =>
  moments.reduce((last, moment) => (last === undefined || (moment && moment.index > last.index) ? moment : last));
