import { inParallel } from '../lib/domain/in-parallel.ts';
import type { ConnectionId, RoomId, UserId } from '../lib/protocol/ids.ts';
import { HEARTBEAT_MS } from '../lib/protocol/limits.ts';
import { closeConnection } from '../lib/usecases/close-connection.ts';
import type { Caller, Deps } from '../lib/usecases/deps.ts';
import { joinRoom } from '../lib/usecases/join-room.ts';
import { heartbeat, keepAlive } from '../lib/usecases/keep-alive.ts';
import { openConnection } from '../lib/usecases/open-connection.ts';
import { ping } from '../lib/usecases/ping.ts';
import { createRoom } from '../lib/usecases/steps/create-room.ts';
import { sweep } from '../lib/usecases/sweep/sweep.ts';
import { servedValue } from '../test/support/outcome.ts';
import { add, type Units, type UnitsMeter } from '../test/support/units-meter.ts';
import { type IdleFrame, idleFrames } from './idle-frames.ts';
import { measuredDeps } from './measured-deps.ts';

const START_MS = 1_800_000_000_000;
const ROOM_MEMBERS = 100;
const AT_ONCE = 16;
const TICK_MS = 1000;
const SWEEP_EVERY_MS = 60_000;
/** When in a minute each of the two schedules runs. */
const SWEEPS_AT_MS: readonly number[] = [0, 20_000];
const TOKEN_LIFE_MS = 86_400_000;

/** What happened in a time. */
export interface IdleCounts {
  readonly beats: number;
  readonly asks: number;
  /** Of the frames that reached a Lambda. */
  readonly frameUnits: Units;
  readonly sweeps: number;
  readonly sweepUnits: Units;
}

interface Session {
  readonly caller: Caller;
  readonly room: RoomId;
  readonly resume: { readonly roomEpoch: string; readonly membership: string; readonly seq: number };
}

interface SentFrame {
  readonly kind: IdleFrame['kind'];
  readonly caller: Caller;
}

/** Connections that do nothing, spread evenly over the time between two heartbeats. */
export class IdleSystem {
  readonly #deps: Deps;
  readonly #meter: UnitsMeter;
  readonly #sessions: Session[] = [];
  #nowMs = START_MS;
  #lastId = 0;

  constructor(endpoint: string) {
    const { deps, meter } = measuredDeps({
      endpoint,
      now: () => this.#nowMs,
      randomId: () => `${this.#nextId()}-0000-4000-8000-000000000000`,
      // A room where nobody talks would be gone within the hour.
      settings: { destroyAfterMin: 10_080 },
      push: {},
    });
    this.#deps = deps;
    this.#meter = meter;
  }

  /** Opens the connections, lets `settleMs` pass, and counts what happens in `spanMs` after it. */
  async run(connections: number, settleMs: number, spanMs: number, isListening: boolean): Promise<IdleCounts> {
    const frames = idleFrames(settleMs + spanMs + HEARTBEAT_MS, isListening);
    for (let atMs = 0; atMs < HEARTBEAT_MS; atMs += TICK_MS) {
      const due = Math.floor((connections * (atMs + TICK_MS)) / HEARTBEAT_MS);
      this.#nowMs = START_MS + atMs;
      const opened = Array.from({ length: due - this.#sessions.length }, (_, index) => this.#sessions.length + index);
      await inParallel(opened, AT_ONCE, async (index) => {
        this.#sessions[index] = await this.#enter(`user-${`${index}`.padStart(8, '0')}` as UserId, index);
      });
    }
    const plan = this.#plan(frames);
    await this.#pass(plan, HEARTBEAT_MS, settleMs);
    return this.#pass(plan, settleMs, settleMs + spanMs);
  }

  /** What it takes to move some of the connections to new ones, as the SDK does before the old ones are two hours old. */
  async renew(count: number): Promise<Units> {
    this.#meter.take();
    for (const { caller, room, resume } of this.#sessions.slice(0, count)) {
      const next = await this.#open(caller.userId);
      // As for each frame, the row is read once.
      const seen = this.#deps.store.getConnectionEventually(next);
      await this.#join({ ...next, seen }, room, resume);
      await keepAlive(this.#deps, next, await seen);
      await closeConnection(this.#deps, caller, Number.POSITIVE_INFINITY);
    }
    return this.#meter.take();
  }

  #nextId(): string {
    this.#lastId += 1;
    return `${this.#lastId}`.padStart(8, '0');
  }

  async #enter(userId: UserId, index: number): Promise<Session> {
    const room = `room-${`${Math.floor(index / ROOM_MEMBERS)}`.padStart(8, '0')}` as RoomId;
    await createRoom(this.#deps, room, room);
    const caller = await this.#open(userId);
    const { roomEpoch, membership, seq } = await this.#join(caller, room, undefined);
    return { caller, room, resume: { roomEpoch, membership, seq } };
  }

  async #open(userId: UserId): Promise<Caller> {
    const caller = { userId, connectionId: `L0SM9${this.#nextId()}w=` as ConnectionId };
    const token = { issuedAtMs: this.#nowMs, expiresAtMs: this.#nowMs + TOKEN_LIFE_MS };
    await openConnection(this.#deps, caller, { platform: 'mobile', loginId: `run-${userId}` }, token);
    return caller;
  }

  async #join(caller: Caller, room: RoomId, resume: Session['resume'] | undefined) {
    return servedValue(await joinRoom(this.#deps, caller, { room, messageCount: -1, autoCreate: false, resume }));
  }

  /** By the tick, since the start, in which the frames come. */
  #plan(frames: readonly IdleFrame[]): ReadonlyMap<number, readonly SentFrame[]> {
    const plan = new Map<number, SentFrame[]>();
    for (const [index, { caller }] of this.#sessions.entries()) {
      const openedMs = (index * HEARTBEAT_MS) / this.#sessions.length;
      for (const { atMs, kind } of frames) {
        const tickMs = Math.floor((openedMs + atMs) / TICK_MS) * TICK_MS;
        const sent = plan.get(tickMs) ?? [];
        sent.push({ kind, caller });
        plan.set(tickMs, sent);
      }
    }
    return plan;
  }

  async #pass(plan: ReadonlyMap<number, readonly SentFrame[]>, fromMs: number, untilMs: number): Promise<IdleCounts> {
    this.#meter.take();
    let counts = { beats: 0, asks: 0, frameUnits: this.#meter.take(), sweeps: 0, sweepUnits: this.#meter.take() };
    for (let atMs = fromMs; atMs < untilMs; atMs += TICK_MS) {
      this.#nowMs = START_MS + atMs;
      const sent = plan.get(atMs) ?? [];
      // A question may follow upon a heartbeat, whose work is done by then.
      for (const kind of ['beat', 'ask']) {
        const ofKind = sent.filter((frame) => frame.kind === kind);
        await inParallel(ofKind, AT_ONCE, (frame) => this.#receive(frame));
      }
      const asks = sent.filter(({ kind }) => kind === 'ask').length;
      const beats = counts.beats + sent.length - asks;
      const frameUnits = add(counts.frameUnits, this.#meter.take());
      const isSweep = SWEEPS_AT_MS.includes(atMs % SWEEP_EVERY_MS);
      if (isSweep) await this.#sweep();
      const sweepUnits = add(counts.sweepUnits, this.#meter.take());
      counts = { beats, asks: counts.asks + asks, frameUnits, sweeps: counts.sweeps + (isSweep ? 1 : 0), sweepUnits };
    }
    return counts;
  }

  async #receive({ kind, caller }: SentFrame): Promise<void> {
    if (kind === 'ask') await this.#ask(caller);
    else await heartbeat(this.#deps, caller);
  }

  async #ask(caller: Caller): Promise<void> {
    const seen = this.#deps.store.getConnectionEventually(caller);
    await ping(this.#deps, { ...caller, seen });
    await keepAlive(this.#deps, caller, await seen);
  }

  async #sweep(): Promise<void> {
    const { closed, failed } = await sweep(this.#deps, Number.POSITIVE_INFINITY);
    if (closed + failed > 0) throw new Error(`unable to go on; the sweep closed ${closed} live connections`);
  }
}
