import { CROWDED_MS, CROWDED_ROWS, FREE_POSTS, sharedPosts, windowMs } from '../../lib/domain/delivery.ts';
import { fitsTail } from '../../lib/domain/sending.ts';
import { SEND_KEPT_MS } from '../../lib/domain/turns.ts';
import { FRAME_BYTES_MAX } from '../../lib/protocol/limits.ts';
import { eventualReadUnits, type RowSizes, readUnits, writeUnits } from './row-sizes.ts';
import { TailModel } from './tail-model.ts';

/** A room in which people talk. */
export interface RoomShape {
  readonly connections: number;
  readonly senders: number;
  readonly postsPerSecond: number;
  /** CPU of a post in the Lambda that delivers, and what a post takes until its answer. */
  readonly postCpuMs: number;
  readonly postMs: number;
}

/** What the messages of a room took; units are those of the table. */
export interface RoomCounts {
  messages: number;
  /** Messages that their own Lambda delivered. */
  inLine: number;
  /** Runs of the Lambda that delivers, and how long they ran. */
  runs: number;
  runMs: number;
  windows: number;
  posts: number;
  deliveries: number;
  writeUnits: number;
  readUnits: number;
  /** Of the room's row alone, which has one partition. */
  roomWriteUnits: number;
  /** Until a message was on its way to the last connection, from its acceptance. */
  delaySumMs: number;
  delayMaxMs: number;
  /** When the last post of the last message was made. */
  endMs: number;
}

/** As in lib/usecases/steps/room-delivery.ts and listeners.ts. */
const POLL_MS = 80;
const POLLS_MAX = 3;
const LATE_MS = 2_500;
const SECOND_MS = 1_000;
/** As `Listeners` slices them. */
const POSTS_IN_SLICE = 1_000;
const POSTS_IN_FLIGHT = 128;
const LISTED_IN_PAGE = 1_000;
const MESSAGES_IN_ROUND = 500;
/** A query of the offline members that finds nobody who is evicted. */
const OFFLINE_UNITS = 0.5;
const QUIET_MS = windowMs(0, 1);

/** The list of the connected: page by page, from a random start to the end and from the first to that start. */
export function listUnits(connections: number, listedBytes: number): number {
  const rest = connections % LISTED_IN_PAGE;
  const fullPages = (connections - rest) / LISTED_IN_PAGE;
  return fullPages * eventualReadUnits(LISTED_IN_PAGE * listedBytes) + eventualReadUnits(rest * listedBytes) + 0.5;
}

/** How long one frame to each connection takes. */
export const roundMs = ({ connections, postCpuMs, postMs }: RoomShape): number =>
  Math.max(connections * postCpuMs, Math.ceil(connections / POSTS_IN_FLIGHT) * postMs);

/** A round that is not free takes its posts from the budget, slice by slice: one unit each. */
function budgetWrites({ connections, postsPerSecond }: RoomShape): number {
  const limit = sharedPosts(postsPerSecond);
  const size = Math.min(POSTS_IN_SLICE, limit);
  const free = Math.min(FREE_POSTS, limit / 10);
  const last = connections % size;
  return Math.floor(connections / size) * (size > free ? 1 : 0) + (last > free ? 1 : 0);
}

/** How far apart two frames to one connection of a busy room are: by the budget, or as fast as one Lambda posts. */
export const periodMs = (shape: RoomShape): number =>
  Math.max(windowMs(shape.connections, shape.postsPerSecond), roundMs(shape));

/** Messages a second that one Lambda delivers to a room, at most: full frames, one round after another. */
export function capacityPerSec(shape: RoomShape, rows: RowSizes): number {
  const inFrame = Math.floor(FRAME_BYTES_MAX / rows.frameMessage);
  return Math.min((inFrame * 1_000) / roundMs(shape), (MESSAGES_IN_ROUND * 1_000) / periodMs(shape));
}

/**
 * Follows the delivery of a room message by message, as the use cases do it, and adds up the units by the sizes of the
 * rows. Only posts take time. `timesMs`: when messages are accepted, ascending; senders take turns.
 */
export class RoomModel {
  readonly counts: RoomCounts = {
    ...{ messages: 0, inLine: 0, runs: 0, runMs: 0, windows: 0, posts: 0, deliveries: 0 },
    ...{ writeUnits: 0, readUnits: 0, roomWriteUnits: 0, delaySumMs: 0, delayMaxMs: 0 },
    endMs: 0,
  };
  readonly #shape: RoomShape;
  readonly #rows: RowSizes;
  readonly #tail: TailModel;
  readonly #timesMs: readonly number[];
  #next = 0;
  #delivered = 0;
  #deliveredAtMs = Number.NEGATIVE_INFINITY;
  #crowdedUntilMs = Number.NEGATIVE_INFINITY;
  #leaseBytes = 0;

  constructor(shape: RoomShape, rows: RowSizes, content: string, timesMs: readonly number[]) {
    this.#shape = shape;
    this.#rows = rows;
    this.#tail = new TailModel(rows, content);
    this.#timesMs = timesMs;
  }

  run(): RoomCounts {
    for (let atMs = this.#timesMs[0]; atMs !== undefined; atMs = this.#timesMs[this.#next]) {
      this.#accept(atMs);
      this.#deliver(atMs);
    }
    return this.counts;
  }

  #write(units: number): void {
    this.counts.writeUnits += units;
  }

  #read(units: number): void {
    this.counts.readUnits += units;
  }

  /** DynamoDB charges the larger of the row before and after. */
  #writeRoom(bytes: number): void {
    this.#write(writeUnits(bytes));
    this.counts.roomWriteUnits += writeUnits(bytes);
  }

  get #roomBytes(): number {
    return this.#rows.room + this.#tail.bytes + this.#leaseBytes;
  }

  #accept(atMs: number): void {
    const index = this.#next;
    const accessBytes = this.#rows.access + this.#rows.accessSend * this.#sendsOf(index, atMs);
    // The connection and the access eventually; the room, the member, and whether the message was sent before.
    this.#read(0.5 + eventualReadUnits(accessBytes) + 3);
    this.#write(writeUnits(accessBytes + this.#rows.accessSend));
    this.#next += 1;
    const isInTail = this.#fitsTail();
    if (!isInTail) this.#write(1);
    this.#leaseBytes = this.#rows.lease;
    this.#tail.push(this.#next, isInTail);
    this.#writeRoom(this.#roomBytes);
    this.counts.messages += 1;
    this.counts.deliveries += Math.max(0, this.#shape.connections - 1);
  }

  #fitsTail(): boolean {
    const delivery = this.#leaseBytes > 0 ? { lease: { id: '', untilMs: 0 } } : {};
    return fitsTail({ tail: this.#tail.entries, delivery }, { content: this.#tail.content });
  }

  /** The sender's marks of the last 32 s, without the new one. */
  #sendsOf(index: number, atMs: number): number {
    let count = 0;
    for (let one = index - this.#shape.senders; one >= 0; one -= this.#shape.senders) {
      if (atMs - (this.#timesMs[one] ?? 0) >= SEND_KEPT_MS || count === 200) break;
      count += 1;
    }
    return count;
  }

  #deliver(atMs: number): void {
    const { connections } = this.#shape;
    const isQuiet =
      atMs >= this.#deliveredAtMs + QUIET_MS && atMs >= this.#crowdedUntilMs && this.#delivered >= this.#next - 1;
    if (isQuiet) this.#read(readUnits(Math.min(connections, CROWDED_ROWS) * this.#rows.member));
    if (isQuiet && connections >= CROWDED_ROWS) this.#crowdedUntilMs = atMs + CROWDED_MS;
    if (isQuiet && connections < CROWDED_ROWS) this.#deliverInLine(atMs);
    else this.#runDelivery(atMs);
  }

  #deliverInLine(atMs: number): void {
    const { connections } = this.#shape;
    if (connections > 1) this.#read(this.#tail.ownRows(this.#next - this.#delivered));
    this.counts.posts += connections - 1;
    this.counts.inLine += 1;
    this.#note(atMs, 0, this.#next);
    this.#deliveredAtMs = atMs;
    this.#end();
  }

  /** A run of the Lambda that delivers: takes the lease over, and ends when three polls have found nothing. */
  #runDelivery(startMs: number): void {
    this.counts.runs += 1;
    this.#writeRoom(this.#roomBytes);
    let nowMs = startMs;
    let listedAtMs = Number.NEGATIVE_INFINITY;
    let keptAtMs = startMs;
    let polls = 0;
    while (polls < POLLS_MAX || this.#next > this.#delivered) {
      if (this.#next === this.#delivered) {
        polls += 1;
        nowMs = this.#pass(nowMs + POLL_MS);
        continue;
      }
      polls = 0;
      const window = windowMs(
        listedAtMs === Number.NEGATIVE_INFINITY ? 0 : this.#shape.connections,
        this.#shape.postsPerSecond,
      );
      nowMs = this.#pass(Math.max(nowMs, Math.min(nowMs + window, this.#deliveredAtMs + window)));
      this.#deliveredAtMs = nowMs;
      if (nowMs - listedAtMs >= SECOND_MS) listedAtMs = this.#list(nowMs);
      const end = this.#postWindow(nowMs, keptAtMs);
      [nowMs, keptAtMs] = [end.nowMs, end.keptAtMs];
      if (this.#tail.isFull || nowMs - keptAtMs >= SECOND_MS) keptAtMs = this.#keep(nowMs);
    }
    this.#end();
    this.#list(nowMs + LATE_MS);
    this.counts.runMs += nowMs + LATE_MS - startMs;
  }

  /** Lets time pass, in which messages are accepted, and reads the room. */
  #pass(untilMs: number): number {
    for (
      let atMs = this.#timesMs[this.#next];
      atMs !== undefined && atMs <= untilMs;
      atMs = this.#timesMs[this.#next]
    ) {
      this.#accept(atMs);
    }
    this.#read(1);
    return untilMs;
  }

  #postWindow(startMs: number, keptMs: number): { readonly nowMs: number; readonly keptAtMs: number } {
    const { connections } = this.#shape;
    const last = Math.min(this.#next, this.#delivered + MESSAGES_IN_ROUND);
    const count = last - this.#delivered;
    const frames = Math.ceil((count * this.#rows.frameMessage) / FRAME_BYTES_MAX);
    this.#read(this.#tail.ownRows(count) + this.#tail.loggedUnits(count));
    this.#read(OFFLINE_UNITS);
    this.counts.windows += 1;
    this.counts.posts += frames * connections;
    this.#write(budgetWrites(this.#shape));
    const endMs = startMs + frames * roundMs(this.#shape);
    this.#note(startMs, endMs - startMs, last);
    let keptAtMs = keptMs;
    for (let atMs = keptMs + SECOND_MS; atMs < endMs; atMs += SECOND_MS) {
      this.#pass(atMs);
      keptAtMs = this.#keep(atMs);
    }
    for (let atMs = this.#timesMs[this.#next]; atMs !== undefined && atMs <= endMs; atMs = this.#timesMs[this.#next]) {
      this.#accept(atMs);
    }
    return { nowMs: endMs, keptAtMs };
  }

  /** Notes that all up to a seq are delivered, and how long they waited. */
  #note(startMs: number, tookMs: number, last: number): void {
    for (let index = this.#delivered; index < last; index += 1) {
      const delayMs = startMs + tookMs - (this.#timesMs[index] ?? 0);
      this.counts.delaySumMs += delayMs;
      this.counts.delayMaxMs = Math.max(this.counts.delayMaxMs, delayMs);
    }
    this.#delivered = last;
    this.counts.endMs = startMs + tookMs;
  }

  #list(atMs: number): number {
    this.#read(listUnits(this.#shape.connections, this.#rows.listed));
    return atMs;
  }

  #keep(atMs: number): number {
    const bytes = this.#roomBytes;
    this.#log();
    this.#writeRoom(bytes);
    return atMs;
  }

  #end(): void {
    const bytes = this.#roomBytes;
    if (this.#tail.isFull) this.#log();
    this.#writeRoom(bytes);
    this.#leaseBytes = 0;
  }

  #log(): void {
    const { writes, reads } = this.#tail.log(this.#delivered);
    this.#write(writes);
    this.#read(reads);
  }
}
