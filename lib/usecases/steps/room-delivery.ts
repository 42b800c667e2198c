import { CROWDED_MS, LONG_LEASE_MS, windowMs } from '../../domain/delivery.ts';
import { isLive, type Room } from '../../domain/room.ts';
import { isTailFull } from '../../domain/sending.ts';
import { LOGGED_MAX } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { evictDue } from './evict-due.ts';
import { Listeners } from './listeners.ts';
import { logTail } from './log-tail.ts';
import { messageFrames } from './message-frames.ts';
import { readMessages } from './read-messages.ts';
import { repostLater } from './repost-later.ts';

/** How often a quiet room is read, and how often before its delivery ends. */
const POLL_MS = 80;
const POLLS_MAX = 3;
/** How long after the last message the index is read once more: it shows by then who had joined before. */
const LAST_LOOK_MS = 2_500;
/** How long a lease, the progress and a tail that is not full may wait for the write that notes them. */
const KEEP_EVERY_MS = 1_000;
/** The run that evicts is given this long before another one goes through the same list. */
const EVICT_EVERY_MS = 5_000;
/** Messages per round: more wait for the next one. */
const MESSAGES_MAX = 500;

/** 'ended' = the room is quiet, or the lease is lost; 'late' = the time is over, and another run must go on. */
export type Step = 'ended' | 'late' | 'more';

export interface RoomDeliveryOptions {
  readonly leaseId: string;
  /** Whether the room is known to have many rows. */
  readonly isCrowded: boolean;
  /** When to stop, also within a round. */
  readonly stopMs: number;
}

/** The delivery of one room by the holder of its lease. */
export class RoomDelivery {
  readonly #deps: Deps;
  readonly #leaseId: string;
  readonly #stopMs: number;
  /** A round that takes longer than half a run begins in its first half, or it would never begin. */
  readonly #mostMs: number;
  readonly #listeners: Listeners;
  /** As last read. */
  #room: Room;
  #deliveredSeq: number;
  #deliveredAtMs: number;
  #crowdedUntilMs: number;
  #keptAtMs: number;
  #quietPolls = 0;
  /** When a run that evicts was last started. */
  #evictingSinceMs = Number.NEGATIVE_INFINITY;
  /** Members after this one may be left that no run evicts. */
  #evictCursor: string | undefined;

  constructor(deps: Deps, room: Room, { leaseId, isCrowded, stopMs }: RoomDeliveryOptions) {
    const { deliveredSeq, deliveredAtMs, crowdedUntilMs } = room.delivery;
    this.#deps = deps;
    this.#leaseId = leaseId;
    this.#stopMs = stopMs;
    this.#mostMs = (stopMs - deps.now()) / 2;
    this.#room = room;
    this.#listeners = new Listeners(deps, room);
    this.#deliveredSeq = deliveredSeq;
    // The clock of the Lambda that delivered before may be ahead.
    this.#deliveredAtMs = Math.min(deliveredAtMs, deps.now());
    this.#crowdedUntilMs = isCrowded ? deps.now() + CROWDED_MS : crowdedUntilMs;
    this.#keptAtMs = deps.now();
  }

  /** How long a round takes at most, where no other room uses the budget of posts. */
  get #roundMs(): number {
    return windowMs(this.#listeners.count, this.#deps.settings.postsPerSecond);
  }

  /** Waits for the window, or for a message, and then delivers. */
  async step(): Promise<Step> {
    if (this.#room.seq > this.#deliveredSeq) return this.#deliverWindow();
    if (this.#quietPolls >= POLLS_MAX && (await this.#end())) return 'ended';
    this.#quietPolls += 1;
    await this.#deps.sleep(POLL_MS);
    return (await this.#read()) ? 'more' : 'ended';
  }

  /** After the end: who joined just before the last message, and was not listed yet, gets it too. */
  async postToLate(): Promise<void> {
    await this.#deps.sleep(LAST_LOOK_MS);
    await this.#listeners.refresh();
  }

  /** Notes the progress, renews the lease, and moves the tail to the log. */
  async keep(): Promise<void> {
    const { store, now } = this.#deps;
    for (;;) {
      const logged = await this.#logTail();
      const next = { id: this.#leaseId, untilMs: now() + LONG_LEASE_MS };
      const after = await store.advanceDelivery({ ...this.#progress, logged, next });
      this.#keptAtMs = now();
      if (after === undefined) return;
      this.#room = after;
      // One write removes no more; a tail that grows faster would make each later write expensive.
      if (logged.length < LOGGED_MAX) return;
    }
  }

  async #deliverWindow(): Promise<Step> {
    this.#quietPolls = 0;
    // A long window is waited for in steps, so that the lease is renewed and the end of the run is noticed.
    await this.#deps.sleep(Math.min(this.#leftMs, KEEP_EVERY_MS));
    // What came during the wait goes into the same frames; a room that was destroyed during it gets none.
    if (!(await this.#read())) return 'ended';
    await this.#listeners.readFirst();
    if (this.#leftMs === 0) {
      if (this.#deps.now() + Math.min(this.#roundMs, this.#mostMs) > this.#stopMs) return 'late';
      if (!(await this.#deliver())) return this.#isLate ? 'late' : 'ended';
    }
    if (this.#isKeepDue) await this.keep();
    return 'more';
  }

  /** What is left of the window. */
  get #leftMs(): number {
    return Math.max(0, this.#deliveredAtMs + this.#roundMs - this.#deps.now());
  }

  get #isLate(): boolean {
    return this.#deps.now() >= this.#stopMs;
  }

  /** false = the room was destroyed during the round, the lease is lost, or the time is over. */
  async #deliver(): Promise<boolean> {
    const [deps, room] = [this.#deps, this.#room];
    const range = { afterSeq: this.#deliveredSeq, beforeSeq: room.seq + 1 };
    const { messages, readTo } = await readMessages(deps, room, { ...range, order: 'ascending', limit: MESSAGES_MAX });
    this.#deliveredAtMs = deps.now();
    if (!room.distributionStopped) {
      const failed = await this.#listeners.post(messageFrames(room, messages), () => this.#keepInBetween());
      if (failed === 'stopped') return false;
      await repostLater(deps, room, failed, { ...range, beforeSeq: (readTo ?? room.seq) + 1 });
    }
    this.#deliveredSeq = readTo ?? room.seq;
    this.#evictCursor = await evictDue(deps, room, '');
    if (deps.now() - this.#evictingSinceMs >= EVICT_EVERY_MS) await this.#startEvicting();
    return true;
  }

  async #startEvicting(): Promise<void> {
    if (this.#evictCursor === undefined) return;
    const { roomId, epoch } = this.#room;
    const job = { kind: 'evict', room: roomId, epoch, cursor: this.#evictCursor };
    if ((await this.#deps.doorbell.ring(job)) === 'failed') return;
    this.#evictingSinceMs = this.#deps.now();
    this.#evictCursor = undefined;
  }

  /** A long round must not lose its lease, nor let the room's row grow. false = it must not go on either. */
  async #keepInBetween(): Promise<boolean> {
    if (this.#isLate) return false;
    if (this.#deps.now() - this.#keptAtMs < KEEP_EVERY_MS) return true;
    if (!(await this.#read())) return false;
    await this.keep();
    return true;
  }

  get #isKeepDue(): boolean {
    return isTailFull(this.#room.tail) || this.#deps.now() - this.#keptAtMs >= KEEP_EVERY_MS;
  }

  /** false = the room is destroyed, or another one holds the lease. */
  async #read(): Promise<boolean> {
    const room = await this.#deps.store.getRoom(this.#room.roomId);
    if (!isLive(room) || room.epoch !== this.#room.epoch || room.delivery.lease?.id !== this.#leaseId) return false;
    this.#room = room;
    return true;
  }

  async #end(): Promise<boolean> {
    const logged = isTailFull(this.#room.tail) ? await this.#logTail() : [];
    // Messages may have evicted more members since the last run began.
    await this.#startEvicting();
    const done = { ...this.#progress, logged, next: undefined };
    return (await this.#deps.store.advanceDelivery(done)) !== undefined;
  }

  #logTail() {
    return logTail(this.#deps, this.#room, this.#deliveredSeq);
  }

  get #progress() {
    const { roomId, epoch } = this.#room;
    return {
      ...{ roomId, epoch, leaseId: this.#leaseId, deliveredSeq: this.#deliveredSeq },
      ...{ deliveredAtMs: this.#deliveredAtMs, crowdedUntilMs: this.#crowdedUntilMs },
    };
  }
}
