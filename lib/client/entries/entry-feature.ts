import type { JoinedAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import type { EntriesPush, SignalPush } from '../../protocol/push-frames.ts';
import type { FeatureRoom, RoomFeature } from '../room/feature.ts';
import { type EntriesWanted, EntryCache, type EntryEvents } from './entry-cache.ts';
import { type EntriesToSet, type EntriesWritten, EntryWriter } from './entry-writer.ts';

/** Reads and changes the entries of one room. */
export class EntryFeature implements RoomFeature {
  readonly isKept: boolean = false;
  readonly #room: FeatureRoom;
  readonly #cache: EntryCache;
  readonly #writer: EntryWriter;

  constructor(room: FeatureRoom, events: Omit<EntryEvents, 'notMember'>) {
    this.#room = room;
    this.#cache = new EntryCache(room.roomId, room.deps, { ...events, notMember: () => room.notMember() });
    this.#writer = new EntryWriter(room.roomId, room.operations, {
      done: (operation, entries) => this.#cache.expect(operation, entries),
      settled: (answer) => room.settled(answer),
    });
  }

  set(given: EntriesToSet, written: EntriesWritten): void {
    this.#writer.set(given, written);
  }

  remove(keys: readonly string[], force: boolean, written: EntriesWritten): void {
    this.#writer.remove(keys, force, written);
  }

  get(wanted: EntriesWanted): void {
    if (this.#room.isExpected()) this.#cache.get(wanted);
    else wanted(Code.NOT_A_MEMBER, new Map());
    this.#room.rested();
  }

  joined({ roomEpoch, hasEntries }: JoinedAnswer): void {
    this.#cache.begin(roomEpoch, hasEntries);
  }

  pushed(push: EntriesPush | SignalPush): void {
    if (push.event === 'entries') this.#cache.push(push);
  }

  pause(): void {
    this.#cache.pause();
  }

  stop(code: number): void {
    this.#cache.stop(code);
  }

  forget(): void {
    this.#cache.forget();
  }
}
