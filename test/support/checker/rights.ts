import type { CallRecord, Calls, Moment } from './calls.ts';
import type { HistoryEvent, Operation } from './history.ts';
import type { CheckOptions } from './violation.ts';

/** `maybe` while a call that changes it is open, and after one whose outcome is unknown. */
export type Tri = 'yes' | 'no' | 'maybe';

const LAMBDA_MS = 30_000;

interface Change {
  readonly record: CallRecord;
  readonly wanted: Tri;
  /** Another call overlaps, so the order of the two is unknown. */
  mixed: boolean;
}

/** What calls of the server API have switched, as far as their answers say. */
class Switch {
  #settled: Tri;
  /** From here on it was what it is now, without interruption. */
  since: Moment;
  #open: Change[] = [];
  /** Of blocks: when the last one that surely holds ends, and the last one that may hold. */
  sureUntilMs = Infinity;
  possibleUntilMs = 0;

  constructor(initial: Tri, since: Moment) {
    this.#settled = initial;
    this.since = since;
  }

  begin(record: CallRecord, wanted: Tri, at: Moment): void {
    const open = this.#stillOpen(at.atMs);
    for (const other of open) other.mixed = true;
    this.#open = [...open, { record, wanted, mixed: open.length > 0 }];
    if (wanted === 'yes') this.possibleUntilMs = Math.max(this.possibleUntilMs, record.call.args.untilMs ?? Infinity);
  }

  finish(record: CallRecord, code: number, at: Moment): void {
    const change = this.#open.find((open) => open.record === record);
    this.#open = this.#open.filter((open) => open !== change);
    if (change === undefined || (code > 0 && code < 50_000)) return;
    const before = this.value(at.atMs);
    const untilMs = record.call.args.untilMs ?? Infinity;
    if (code !== 0 || change.mixed) {
      if (change.wanted !== this.#settled) this.#settle('maybe', at);
      this.sureUntilMs = Math.min(this.sureUntilMs, untilMs);
      return;
    }
    this.sureUntilMs = untilMs;
    this.possibleUntilMs = untilMs;
    if (change.wanted !== before) this.#settle(change.wanted, at);
  }

  #settle(value: Tri, at: Moment): void {
    this.#settled = value;
    this.since = at;
  }

  /** The room has ended, and with it what was switched in it; an open call may be about the next one. */
  reset(value: Tri, at: Moment): void {
    for (const change of this.#open) change.mixed = true;
    this.possibleUntilMs = Math.max(0, ...this.#open.map(({ record }) => record.call.args.untilMs ?? Infinity));
    this.sureUntilMs = Infinity;
    this.#settle(value, at);
  }

  #stillOpen(nowMs: number): Change[] {
    if (this.#open.length === 0) return this.#open;
    const isLate = ({ record }: Change) => record.answer === undefined && record.call.atMs + LAMBDA_MS < nowMs;
    if (this.#open.some((change) => isLate(change) && change.wanted !== this.#settled)) this.#settled = 'maybe';
    this.#open = this.#open.filter((change) => !isLate(change));
    return this.#open;
  }

  value(nowMs: number): Tri {
    const open = this.#stillOpen(nowMs);
    return open.some(({ wanted }) => wanted !== this.#settled) ? 'maybe' : this.#settled;
  }
}

const switching: Partial<Record<Operation, readonly [what: string, wanted: Tri]>> = {
  ...{ allow: ['allowlist', 'yes'], disallow: ['allowlist', 'no'] },
  ...{ block: ['block', 'yes'], unblock: ['block', 'no'] },
  ...{ blockEverywhere: ['blockEverywhere', 'yes'], unblockEverywhere: ['blockEverywhere', 'no'] },
  ...{ mute: ['mute', 'yes'], unmute: ['mute', 'no'], keep: ['keep', 'yes'], unkeep: ['keep', 'no'] },
};

/** The allowlist, blocks, mutes, kept rooms and the real-time service, from calls and their answers alone. */
export class Rights {
  readonly #switches = new Map<string, Map<string, Switch>>();
  readonly #calls: Calls;
  readonly #options: CheckOptions;

  constructor(calls: Calls, options: CheckOptions) {
    this.#calls = calls;
    this.#options = options;
  }

  apply(event: HistoryEvent, at: Moment): void {
    if (event.kind === 'roomDestroyed') this.#end(event.room, at);
    if (event.kind !== 'call' && event.kind !== 'answer') return;
    const record = this.#calls.get(event.id);
    const change = record && wantedBy(record);
    if (record === undefined || change === undefined) return;
    const [what, wanted] = change;
    const room = what === 'blockEverywhere' ? '' : record.call.room;
    const changed = this.#switch(room, what, record.call.args.user ?? '');
    if (event.kind === 'call') changed.begin(record, wanted, at);
    else changed.finish(record, event.code, at);
  }

  #end(room: string, at: Moment): void {
    for (const [key, ended] of this.#switches.get(room) ?? []) ended.reset(this.#initial(key), at);
  }

  #initial(key: string): Tri {
    return key.startsWith('realTime') && this.#options.realTime ? 'yes' : 'no';
  }

  #switch(room: string, what: string, user: string): Switch {
    const key = `${what}\n${user}`;
    const ofRoom = this.#switches.get(room) ?? new Map<string, Switch>();
    this.#switches.set(room, ofRoom);
    const found = ofRoom.get(key) ?? new Switch(this.#initial(key), { index: -1, atMs: -Infinity });
    ofRoom.set(key, found);
    return found;
  }

  #value(room: string, what: string, user: string, now: Moment): Tri {
    const found = this.#switches.get(room)?.get(`${what}\n${user}`);
    return found === undefined ? this.#initial(what) : found.value(now.atMs);
  }

  allowlisted(room: string, user: string, now: Moment): Tri {
    return this.#value(room, 'allowlist', user, now);
  }

  muted(room: string, user: string, now: Moment): Tri {
    return this.#value(room, 'mute', user, now);
  }

  kept(room: string, now: Moment): Tri {
    return this.#value(room, 'keep', '', now);
  }

  realTime(room: string, now: Moment): Tri {
    return this.#value(room, 'realTime', '', now);
  }

  realTimeSinceMs(room: string): number {
    return this.#switches.get(room)?.get('realTime\n')?.since.atMs ?? -Infinity;
  }

  blocked(room: string, user: string, now: Moment): Tri {
    const found = this.#switches.get(room)?.get(`block\n${user}`);
    return found === undefined ? 'no' : this.#blockedBy(found, now);
  }

  /** Since when the user is blocked for sure, if they are. */
  blockedSince(room: string, user: string, now: Moment): Moment | undefined {
    const found = this.#switches.get(room)?.get(`block\n${user}`);
    return found !== undefined && this.#blockedBy(found, now) === 'yes' ? found.since : undefined;
  }

  blockedEverywhere(user: string, now: Moment): Tri {
    const found = this.#switches.get('')?.get(`blockEverywhere\n${user}`);
    return found === undefined ? 'no' : this.#blockedBy(found, now);
  }

  /** A block holds up to the ms before its end, by the server's clock. */
  #blockedBy(found: Switch, now: Moment): Tri {
    const { epsMs } = this.#options;
    const value = found.value(now.atMs);
    if (value === 'no' || now.atMs >= found.possibleUntilMs + epsMs) return 'no';
    return value === 'yes' && now.atMs < found.sureUntilMs - epsMs ? 'yes' : 'maybe';
  }

  /** How many users are on the room's allowlist for sure. */
  allowlistSize(room: string, now: Moment): number {
    const switches = [...(this.#switches.get(room) ?? [])];
    return switches.filter(([key, found]) => key.startsWith('allowlist\n') && found.value(now.atMs) === 'yes').length;
  }
}

function wantedBy({ call }: CallRecord): readonly [string, Tri] | undefined {
  if (call.by !== 'server-api') return undefined;
  if (call.op === 'realTime') return ['realTime', call.args.on === true ? 'yes' : 'no'];
  return switching[call.op];
}
