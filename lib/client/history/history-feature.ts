import type { FeatureRoom, Handed, RoomFeature } from '../room/feature.ts';
import type { HistoryCall } from './history-fetch.ts';
import { HistoryPager, type HistoryRead } from './history-pager.ts';

/** Reads the history of one room. */
export class HistoryFeature implements RoomFeature {
  readonly #pager: HistoryPager;

  constructor(room: FeatureRoom) {
    this.#pager = new HistoryPager(room);
  }

  read(call: HistoryCall, done: HistoryRead): void {
    this.#pager.read(call, done);
  }

  /** A user who joined only on another device may read the history here, and continues where a page ended. */
  get isKept(): boolean {
    return !this.#pager.isEmpty;
  }

  handed(roomEpoch: string, messages: readonly Handed[]): void {
    this.#pager.handed(roomEpoch, messages);
  }

  forget(): void {
    this.#pager.forget();
  }
}
