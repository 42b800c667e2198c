import type { Room } from '../../domain/room.ts';
import { SECOND_MS } from '../../domain/time.ts';
import type { MessagesPush } from '../../protocol/push-frames.ts';
import type { ListedConnection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { listedConnections } from './audience.ts';
import { awaitPosts, postsInSlice } from './await-posts.ts';
import type { FramesFor } from './message-frames.ts';
import { postFrames } from './post-frames.ts';

/** The list is read again after this time: it costs units for each connection. */
const LIST_KEPT_MS = SECOND_MS;
/** The index shows a member this long after they have joined at the latest; they get what was posted since. */
const LATE_MS = 5_000;
/** Between two slices the delivery looks after its lease. */
const SLICE = 1_000;

interface Posted {
  readonly atMs: number;
  readonly framesFor: FramesFor;
}

/** Those who are connected to a room, as a delivery posts to them. */
export class Listeners {
  readonly #deps: Deps;
  readonly #room: Room;
  #list: readonly ListedConnection[] = [];
  #known: ReadonlySet<string> = new Set();
  #listedAtMs = Number.NEGATIVE_INFINITY;
  #recent: Posted[] = [];

  constructor(deps: Deps, room: Room) {
    this.#deps = deps;
    this.#room = room;
  }

  /** How many connections the list has. */
  get count(): number {
    return this.#list.length;
  }

  /** How many there are decides how long a window is. */
  async readFirst(): Promise<void> {
    if (this.#listedAtMs === Number.NEGATIVE_INFINITY) await this.refresh();
  }

  /** Posts to everyone, in slices, as long as it may go on; returns the connections to which it has failed. */
  async post(framesFor: FramesFor, mayGoOn: () => Promise<boolean>): Promise<readonly ListedConnection[] | 'stopped'> {
    await this.refresh();
    this.#recent.push({ atMs: this.#deps.now(), framesFor });
    const failed: ListedConnection[] = [];
    const size = postsInSlice(this.#deps, SLICE);
    for (let from = 0; from < this.#list.length; from += size) {
      if (from > 0 && !(await mayGoOn())) return 'stopped';
      const slice = this.#list.slice(from, from + size);
      if (!(await awaitPosts(this.#deps, slice.length, mayGoOn))) return 'stopped';
      failed.push(...(await postFrames(this.#deps, this.#room.roomId, slice, framesFor)));
    }
    return failed;
  }

  /** Reads the list again, if it is old. Who is new in it may have joined before a message that was posted without them. */
  async refresh(): Promise<void> {
    const nowMs = this.#deps.now();
    if (nowMs - this.#listedAtMs < LIST_KEPT_MS) return;
    const list: ListedConnection[] = [];
    for await (const page of listedConnections(this.#deps, this.#room)) list.push(...page);
    const late = list.filter(({ connectionId }) => !this.#known.has(connectionId));
    // What an older list than the last one has lacked was posted before that, however long ago the last one is.
    this.#recent = this.#recent.filter(({ atMs }) => atMs > this.#listedAtMs - LATE_MS);
    const missed = this.#recent;
    if (missed.length > 0 && late.length > 0) {
      const framesFor = (userId: string): readonly MessagesPush[] => missed.flatMap((one) => one.framesFor(userId));
      await postFrames(this.#deps, this.#room.roomId, late, framesFor);
    }
    this.#list = list;
    this.#known = new Set(list.map(({ connectionId }) => connectionId));
    this.#listedAtMs = nowMs;
  }
}
