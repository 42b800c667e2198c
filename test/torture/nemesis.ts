import { setTimeout as wait } from 'node:timers/promises';
import type { Dice } from './dice.ts';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import type { Link } from './links.ts';
import type { Stage } from './stage.ts';

const PAUSE_MIN_MS = 300;
const PAUSE_MAX_MS = 1_500;
const STOPPED_MIN_MS = 200;
const STOPPED_MAX_MS = 4_000;
const STALLED_MAX_MS = 4_000;
const SKEWED_MS = 5_000;
const SKEW_MAX_MS = 400;
/** How many calls in a row fail at most. */
const TABLE_BURST_MAX = 12;
const POST_BURST_MAX = 8;

/** Makes things fail, by a seed, until it is stopped. */
export class Nemesis {
  readonly #stage: Stage;
  readonly #dice: Dice;
  readonly #stopped = new Set<number>();
  #under = new Set<Promise<void>>();
  #end = new AbortController();

  constructor(stage: Stage, dice: Dice) {
    this.#stage = stage;
    this.#dice = dice;
  }

  /** One fault after the other: all kinds in a random order, again and again. */
  async run(): Promise<void> {
    this.#end = new AbortController();
    const { signal } = this.#end;
    while (!signal.aborted) {
      for (const kind of this.#dice.shuffled(FAULT_KINDS)) {
        await this.#pause(this.#dice.between(PAUSE_MIN_MS, PAUSE_MAX_MS));
        if (signal.aborted) return;
        this.#start(kind);
      }
    }
  }

  /** Each kind, until it has happened. A kind that finds no occasion is tried again. */
  async eachOnce(signal: AbortSignal): Promise<void> {
    const { counts } = this.#stage.faults;
    const left = () => FAULT_KINDS.filter((kind) => (counts.get(kind) ?? 0) === 0);
    while (left().length > 0 && !signal.aborted) {
      for (const kind of this.#dice.shuffled(left())) {
        await this.#pause(PAUSE_MIN_MS);
        if ((counts.get(kind) ?? 0) === 0) this.#start(kind);
      }
    }
  }

  #start(kind: FaultKind): void {
    const injected = this.inject(kind).finally(() => this.#under.delete(injected));
    this.#under.add(injected);
  }

  /** Stops, and lets everything work again. */
  async stop(): Promise<void> {
    const { faults, links, invocations } = this.#stage;
    this.#end.abort();
    faults.disarm();
    await Promise.all(this.#under);
    for (const pid of this.#stopped) signalTo(pid, 'SIGCONT');
    this.#stopped.clear();
    invocations.skewMs.clear();
    links.heal();
    invocations.hurry();
  }

  /** Makes one thing fail, at once or at its next occasion. */
  async inject(kind: FaultKind): Promise<void> {
    const { faults, table } = this.#stage;
    if (kind === 'lambda-killed' || kind === 'lambda-stopped') return this.#hitLambda(kind);
    if (kind.startsWith('socket-')) return this.#hitSocket(kind as SocketFault);
    if (kind === 'table-restarted') {
      faults.count(kind);
      return table.restart();
    }
    if (kind === 'clock-skewed') return this.#skew();
    faults.arm(kind, timesOf(kind, this.#dice));
    // It waits for a disconnect, so there is one.
    if (kind.startsWith('disconnect-')) this.#pickLink()?.cut();
  }

  async #hitLambda(kind: 'lambda-killed' | 'lambda-stopped'): Promise<void> {
    const pids = this.#stage.stack.testing.environments().flatMap(({ pid }) => pid ?? []);
    const pid = this.#dice.pick(pids);
    if (pid === undefined) return;
    this.#stage.faults.count(kind);
    if (kind === 'lambda-killed') return signalTo(pid, 'SIGKILL');
    this.#stopped.add(pid);
    signalTo(pid, 'SIGSTOP');
    await this.#pause(this.#dice.between(STOPPED_MIN_MS, STOPPED_MAX_MS));
    signalTo(pid, 'SIGCONT');
    this.#stopped.delete(pid);
  }

  async #hitSocket(kind: SocketFault): Promise<void> {
    const { faults, records } = this.#stage;
    const link = this.#pickLink();
    if (link === undefined) return;
    faults.count(kind);
    if (kind === 'socket-stalled') {
      link.stall();
      await this.#pause(this.#dice.between(STOPPED_MIN_MS, STALLED_MAX_MS));
      return link.release();
    }
    records.lost(link.connectionId);
    if (kind === 'socket-cut') link.cut();
    else if (kind === 'socket-mute') link.swallow('mute');
    else link.swallow(kind === 'socket-deaf' ? 'deaf' : 'dead');
  }

  async #skew(): Promise<void> {
    const { faults, invocations } = this.#stage;
    const functionId = this.#dice.pick(invocations.functionIds);
    if (functionId === undefined) return;
    faults.count('clock-skewed');
    invocations.skewMs.set(functionId, this.#dice.between(-SKEW_MAX_MS, SKEW_MAX_MS));
    await this.#pause(SKEWED_MS);
    invocations.skewMs.delete(functionId);
  }

  #pickLink(): Link | undefined {
    return this.#dice.pick(this.#stage.links.all().filter((link) => link.isHealthy && link.connectionId !== undefined));
  }

  async #pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }
}

type SocketFault = 'socket-cut' | 'socket-mute' | 'socket-deaf' | 'socket-dead' | 'socket-stalled';

function timesOf(kind: FaultKind, dice: Dice): number {
  if (kind.startsWith('table-')) return dice.between(1, TABLE_BURST_MAX);
  return kind.startsWith('post-') ? dice.between(1, POST_BURST_MAX) : 1;
}

/** The process may have ended by itself. */
function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {}
}
