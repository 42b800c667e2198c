import { createChance } from '../simulation/chance.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';
import { BadNetwork, type Fault } from './bad-network.ts';
import { ModelledApp } from './modelled-app.ts';
import { SmallServer } from './small-server.ts';

export type RoomName = 'one' | 'two';

/** Something that the app, the network, the device or the server does. */
export type Action =
  | { readonly kind: 'join' | 'leave' | 'send' | 'publish' | 'evict' | 'block' | 'destroy'; readonly room: RoomName }
  | { readonly kind: 'other joins' | 'other leaves'; readonly room: RoomName }
  | { readonly kind: 'resend' | 'cut' | 'restart' | 'online' | 'visible' }
  | { readonly kind: 'fault'; readonly direction: 'up' | 'down'; readonly fault: Fault; readonly forMs: number }
  | { readonly kind: 'dead up' | 'dead down' | 'dead' | 'refuse' | 'sleep'; readonly forMs: number }
  | { readonly kind: 'jump'; readonly byMs: number };

/** What happens in one run. */
export interface Story {
  readonly seed: number;
  readonly isOneRoom: boolean;
  readonly steps: readonly { readonly afterMs: number; readonly action: Action }[];
}

const ROOMS: readonly RoomName[] = ['one', 'two'];
const CALL_MS = 30_000;
/** How long a client may take to notice that its path is dead, with some delay of the network. */
const DEAF_MS = 61_000;
/** From the end of all trouble to the moment when app and server must agree. */
const HEALED_MS = 90_000;
const TALK_MS = 5000;
const RECONNECT_MS = 20_000;
const CONNECTED = 1;

/** Runs one story; returns what is wrong. */
export async function runStory({ seed, isOneRoom, steps }: Story): Promise<readonly string[]> {
  const run = new ModelRun(
    seed,
    isOneRoom,
    steps.some(({ action }) => mayOvertake(action) || (isOneRoom && action.kind === 'other joins')),
  );
  for (const { afterMs, action } of steps) {
    await run.advance(afterMs);
    await run.act(action);
  }
  return run.end();
}

/** A frame may arrive after its request has ended without an answer, and so undo what was asked for later. */
const mayOvertake = (action: Action): boolean =>
  action.kind === 'fault' && (action.fault.doubled > 0 || action.fault.delayMs > 5000);

class ModelRun {
  readonly #timers = new VirtualTimers();
  readonly #server: SmallServer;
  readonly #network: BadNetwork;
  readonly #app: ModelledApp;
  readonly #isOneRoom: boolean;
  readonly #isOvertaking: boolean;
  readonly #wrong: string[] = [];
  /** Since when the whole path has been dead, without a pause of the device. */
  #deadSinceMs: number | undefined;
  /** How many faults, deaths and so on have begun: only the last of a kind ends it. */
  readonly #began = new Map<string, number>();

  constructor(seed: number, isOneRoom: boolean, isOvertaking: boolean) {
    this.#isOneRoom = isOneRoom;
    this.#isOvertaking = isOvertaking;
    const random = createChance(seed);
    this.#server = new SmallServer(this.#timers, isOneRoom);
    this.#network = new BadNetwork(this.#timers, random, this.#server);
    this.#app = new ModelledApp(this.#timers, random, this.#network);
  }

  /** Moves time, and lets the client's promises settle at each step. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#timers.nowMs + ms;
    await this.#settle();
    while (this.#timers.step(endMs)) {
      this.#checkHearing();
      await Promise.resolve();
    }
    this.#checkHearing();
    await this.#settle();
  }

  async act(action: Action): Promise<void> {
    const { kind } = action;
    if ('room' in action) await this.#actInRoom(kind as string, action.room);
    else if ('forMs' in action) this.#trouble(action);
    else if (kind === 'jump') this.#app.clockShiftMs += action.byMs;
    else if (kind === 'resend') this.#app.resend();
    else if (kind === 'cut') this.#network.cutAll();
    else if (kind === 'restart') this.#server.restart();
    else this.#app.notice(kind as 'online' | 'visible');
    await this.#settle();
  }

  /** Heals everything, waits, and compares. */
  async end(): Promise<readonly string[]> {
    this.#network.heal();
    this.#app.wake();
    this.#deadSinceMs = undefined;
    for (const kind of this.#began.keys()) this.#begin(kind);
    for (let passedMs = 0; passedMs < HEALED_MS; passedMs += TALK_MS) {
      for (const room of ROOMS) this.#server.publish(room);
      await this.advance(TALK_MS);
    }
    // A client in no room need not notice that its path has died; the server may just have ended that connection.
    if (this.#app.status !== CONNECTED) await this.advance(RECONNECT_MS);
    this.#compare();
    await this.#app.engine.destroy();
    return this.#wrong;
  }

  async #settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }

  async #actInRoom(kind: string, room: RoomName): Promise<void> {
    if (kind === 'join') this.#app.join(room);
    else if (kind === 'leave') this.#app.leave(room);
    else if (kind === 'send') await this.#app.send(room);
    else if (kind === 'publish') this.#server.publish(room);
    else if (kind === 'destroy') this.#server.destroy(room);
    else if (kind === 'other joins') this.#server.otherJoins(room);
    else if (kind === 'other leaves') this.#server.otherLeaves(room);
    else if (kind === 'block') this.#server.remove(room, 'blocked');
    else if (this.#server.isOffline(room)) this.#server.remove(room, 'offline');
  }

  #trouble(action: Extract<Action, { forMs: number }>): void {
    const { kind, forMs } = action;
    if (action.kind === 'fault') {
      const { direction, fault } = action;
      this.#network.faults[direction] = fault;
      this.#endAfter(`fault ${direction}`, forMs, () => {
        this.#network.faults[direction] = { delayMs: 40, lost: 0, doubled: 0 };
      });
    } else if (kind === 'sleep') {
      this.#app.sleep();
      this.#deadSinceMs = undefined;
      this.#endAfter('sleep', forMs, () => {
        this.#app.wake();
        if (this.#network.dead.down) this.#deadSinceMs = this.#timers.nowMs;
      });
    } else if (kind === 'refuse') {
      this.#network.isRefusing = true;
      this.#network.cutAll();
      this.#endAfter('refuse', forMs, () => {
        this.#network.isRefusing = false;
      });
    } else {
      this.#network.kill(kind === 'dead up' ? ['up'] : kind === 'dead down' ? ['down'] : ['up', 'down']);
      if (kind !== 'dead up' && !this.#app.isAsleep) this.#deadSinceMs ??= this.#timers.nowMs;
      this.#endAfter('dead', forMs, () => {
        this.#deadSinceMs = undefined;
        this.#network.revive();
      });
    }
  }

  #begin(kind: string): number {
    const count = (this.#began.get(kind) ?? 0) + 1;
    this.#began.set(kind, count);
    return count;
  }

  #endAfter(kind: string, forMs: number, end: () => void): void {
    const count = this.#begin(kind);
    this.#timers.setTimeout(() => {
      if (this.#began.get(kind) === count) end();
    }, forMs);
  }

  #checkHearing(): void {
    const sinceMs = this.#deadSinceMs;
    if (sinceMs === undefined || this.#timers.nowMs - sinceMs < DEAF_MS) return;
    const { lastDownAtMs, status } = this.#app;
    const isListening = ROOMS.some((room) => this.#app.belief(room) === 'in');
    if (isListening && status === CONNECTED && lastDownAtMs < sinceMs) this.#wrong.push('deaf for a minute');
    this.#deadSinceMs = undefined;
  }

  #compare(): void {
    const { calls, sent, disorder, status } = this.#app;
    if (status !== CONNECTED) this.#wrong.push(`status ${status} at the end`);
    const { nowMs } = this.#timers;
    for (const { name, room, codes, atMs } of calls) {
      const isDue = nowMs - atMs > CALL_MS;
      if (codes.length > 1 || (isDue && codes.length === 0)) this.#wrong.push(`${name} ${room}: codes ${codes}`);
    }
    for (const room of ROOMS) this.#compareRoom(room);
    for (const { message, lastCode } of sent)
      this.#compareSent(message.clientMessageId ?? '', message.seq ?? 0, lastCode);
    this.#wrong.push(...disorder);
    this.#compareGaps();
    this.#compareEnds();
    if (!this.#isOvertaking) this.#compareLastJoin();
  }

  #compareRoom(room: RoomName): void {
    const belief = this.#app.belief(room);
    const truth = this.#server.isIn(room) ? 'in' : this.#server.isMember(room) ? 'offline' : 'out';
    if (belief !== truth) this.#wrong.push(`${room}: the app believes ${belief}, the server says ${truth}`);
    else if (belief === 'in') {
      const last = this.#app.handed.get(room)?.at(-1) ?? 0;
      const newest = this.#server.lastSeq(room);
      if (last !== newest) this.#wrong.push(`${room}: the app has ${last} of ${newest}`);
    }
  }

  #compareSent(id: string, seq: number, code: number | undefined): void {
    const count = this.#server.countOf(id);
    if (count > 1) this.#wrong.push(`${id} was accepted ${count} times`);
    if (count === 1 && code !== 0) this.#wrong.push(`${id} was accepted, and the app has ${code}`);
    if (code === 0 && seq === 0) this.#wrong.push(`${id} was sent, and has no seq`);
  }

  /** Without the ends of one room by a join of the other: a leave may have been on its way. */
  #compareEnds(): void {
    for (const room of ROOMS) {
      for (const reason of ['offline', 'blocked', 'destroyed']) {
        const isThis = (end: { readonly room: string; readonly reason: string }) =>
          end.room === room && end.reason === reason;
        const reported = this.#app.removals.filter(isThis).length;
        const happened = this.#server.ends.filter(isThis).length;
        if (reported > happened)
          this.#wrong.push(`${room}: ${reason} reported ${reported} times, happened ${happened}`);
      }
    }
    if (this.#isOneRoom && ROOMS.every((room) => this.#server.isIn(room))) this.#wrong.push('in two rooms');
  }

  /** Nothing that the client does by itself ends what the app has joined last, unless frames overtake each other. */
  #compareLastJoin(): void {
    const last = this.#app.calls.filter(({ name }) => name !== 'send').at(-1);
    if (last === undefined || last.name !== 'join' || last.codes[0] !== 0) return;
    const isEnded = this.#server.ends.some(
      ({ room, reason, atMs }) => room === last.room && atMs >= last.atMs && reason !== 'left',
    );
    if (!isEnded && !this.#server.isIn(last.room)) this.#wrong.push(`${last.room}: the app joined it last`);
  }

  /** The server has every message, so one may be missing only after an eviction. */
  #compareGaps(): void {
    for (const [room, afterSeq, beforeSeq] of this.#app.gaps) {
      const isEvicted = this.#server.ends.some((end) => end.room === room && end.reason === 'offline');
      if (!isEvicted) this.#wrong.push(`${room}: a gap from ${afterSeq} to ${beforeSeq}`);
    }
  }
}
