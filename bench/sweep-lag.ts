import { LEASE_MS } from '../lib/domain/lease.ts';
import { defaultSettings } from '../lib/domain/settings.ts';
import { HEARTBEAT_MS } from '../lib/protocol/limits.ts';
import type { ConnectionKey, RoomStore, Timer, TimerRow } from '../lib/store/room-store.ts';
import type { Deps } from '../lib/usecases/deps.ts';
import { sweep } from '../lib/usecases/sweep/sweep.ts';
import { connectionAt, userAt } from './filled-table.ts';

const RUN_MS = 45_000;
const MINUTES = 120;
const ALARM_MS = 120_000;
/** A small sweep: its users are few, so that two hours of it take seconds. */
const CHECKS_IN_RUN = 2_000;
const CHECK_MS = RUN_MS / CHECKS_IN_RUN;

/** What a sweep under a load shows. */
export interface SimulatedLag {
  readonly firstLagMs: number;
  readonly lastLagMs: number;
  /** 0 = never. */
  readonly alarmAfterMin: number;
  readonly unfinished: number;
}

/** One run a minute, whose checks take time, over users who give a sign of life at each heartbeat; all in virtual time. */
export function simulateLag(load: number): Promise<SimulatedLag> {
  const users = Math.round(load * CHECKS_IN_RUN * (HEARTBEAT_MS / 60_000));
  return new LagSystem(users).run();
}

class LagSystem {
  readonly #users: number;
  readonly #rows = new Map<string, TimerRow>();
  readonly #phases = new Map<string, number>();
  #nowMs = 0;

  constructor(users: number) {
    this.#users = users;
  }

  async run(): Promise<SimulatedLag> {
    const deps = this.#deps();
    for (let index = 0; index < this.#users; index += 1) {
      const phaseMs = Math.floor((index / this.#users) * HEARTBEAT_MS);
      this.#phases.set(connectionAt(index), phaseMs);
      const timer: Timer = { kind: 'connection', userId: userAt(index), connectionId: connectionAt(index) };
      await deps.store.arm(phaseMs + LEASE_MS, [timer]);
    }
    const lags: number[] = [];
    let unfinished = 0;
    for (let minute = 0; minute < MINUTES; minute += 1) {
      this.#nowMs = minute * 60_000;
      const report = await sweep(deps, this.#nowMs + RUN_MS);
      lags.push(report.lagMs);
      if (report.unfinished) unfinished += 1;
    }
    const alarmed = lags.findIndex((lagMs, index) => lagMs >= ALARM_MS && (lags[index - 1] ?? 0) >= ALARM_MS);
    return { firstLagMs: lags[10] ?? 0, lastLagMs: lags.at(-1) ?? 0, alarmAfterMin: alarmed + 1, unfinished };
  }

  #deps(): Deps {
    const store: Partial<RoomStore> = {
      readSet: async () => [],
      mostShards: async () => 2,
      arm: async (dueAtMs, timers) => {
        for (let from = 0; from < timers.length; from += 100) this.#put(dueAtMs, timers.slice(from, from + 100));
      },
      dueRows: async (shard, nowMs, limit) =>
        shard > 0
          ? []
          : [...this.#rows.values()]
              .filter(({ dueAtMs }) => dueAtMs <= nowMs)
              .toSorted((one, other) => one.dueAtMs - other.dueAtMs)
              .slice(0, limit),
      disarm: async ({ sortKey }) => void this.#rows.delete(sortKey),
      getConnectionsEventually: async (keys) => {
        this.#nowMs += keys.length * CHECK_MS;
        return keys.map((key) => this.#connection(key));
      },
    };
    return {
      store: store as RoomStore,
      push: { post: async () => 'ok', close: async () => {} },
      settings: defaultSettings,
      now: () => this.#nowMs,
      doorbell: { ring: async () => 'rung' },
      randomId: () => '',
      random: () => 0.5,
      digest: (text) => text,
      backOff: async () => {},
      sleep: async () => {},
      onFault: (what, cause) => {
        throw new Error(`unable to ${what}`, { cause });
      },
    };
  }

  #put(dueAtMs: number, timers: readonly Timer[]): void {
    const sortKey = `${dueAtMs}#${JSON.stringify(timers)}`;
    this.#rows.set(sortKey, { shard: 0, sortKey, dueAtMs, timers, unreadable: 0 });
  }

  /** Its lease is that of its last heartbeat. */
  #connection(key: ConnectionKey) {
    const phaseMs = this.#phases.get(key.connectionId) ?? 0;
    const beats = Math.max(0, Math.floor((this.#nowMs - phaseMs) / HEARTBEAT_MS));
    const leaseUntilMs = phaseMs + beats * HEARTBEAT_MS + LEASE_MS;
    const device = { device: 'mobile', loginId: 'run', tokenIssuedAtMs: 0 };
    return { ...key, ...device, openedAtMs: phaseMs, leaseUntilMs, rooms: [] };
  }
}
