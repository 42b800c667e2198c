import type { Room } from '../../domain/room.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import type { Rooms } from '../rooms.ts';
import { changeRoom, readLiveRoom } from './room-change.ts';
import { named, type Table } from './table.ts';

/** An expression is limited to 4 KB; a later call removes the rest. */
const MOST_FORGOTTEN = 20;

/** The allowlist on the room's row. */
export class DynamoAllowlist implements Pick<Rooms, 'addToAllowlist' | 'removeFromAllowlist'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly addToAllowlist = async (
    room: RoomId,
    epoch: string,
    user: UserId,
    limit: number,
  ): Promise<Room | 'full' | undefined> => {
    // message:   seq 8 --------------- seq 9
    // allowlist: ------- at seq 8 ----------- again -> refused: the position stays 8
    // other:     -------------- fills the allowlist -> refused: full
    // The write itself copies the position, so no message can come between reading and writing it: its time is the
    // latest of the last message that has left the tail, and of the tail. The user's delistedSeq stays: a message after
    // it, but before this write, may have evicted them.
    const done = await changeRoom(this.#table, room, epoch, {
      set: [
        '#allowlistedSeq.#user = #seq',
        '#allowlistedAtMs.#user = #lastMessageAtMs',
        '#allowlistedTimes.#user = #tailTimes',
      ],
      onlyIf: ['attribute_not_exists(#allowlistedSeq.#user)', 'size(#allowlistedSeq) < :limit'],
      names: {
        ...named('allowlistedSeq', 'allowlistedAtMs', 'allowlistedTimes', 'seq', 'lastMessageAtMs', 'tailTimes'),
        '#user': user,
      },
      values: { ':limit': limit },
    });
    if (done !== undefined) return (await this.#shorten(done, user)) ?? done;
    const now = await readLiveRoom(this.#table, room, epoch);
    return now === undefined || Object.hasOwn(now.allowlistedSince, user) ? now : 'full';
  };

  readonly removeFromAllowlist = async (room: RoomId, epoch: string, user: UserId): Promise<Room | undefined> => {
    // message: seq 8 ---------- seq 9 -> the first that can evict the user
    // delist:  ------- at seq 8 --------- again -> refused: not on the allowlist, delistedSeq stays 8
    const done = await changeRoom(this.#table, room, epoch, {
      set: ['#delistedSeq.#user = #seq'],
      remove: ['#allowlistedSeq.#user', '#allowlistedAtMs.#user', '#allowlistedTimes.#user'],
      onlyIf: ['attribute_exists(#allowlistedSeq.#user)'],
      names: { ...named('delistedSeq', 'allowlistedSeq', 'allowlistedAtMs', 'allowlistedTimes', 'seq'), '#user': user },
    });
    if (done === undefined) return readLiveRoom(this.#table, room, epoch);
    return (await this.#forget(done)) ?? done;
  };

  /** Replaces the copy of the tail's times by their latest, so that the row stays small. */
  #shorten(room: Room, user: UserId): Promise<Room | undefined> {
    // allowlist: copies the times ------------------------------------ shorten -> the same position, in fewer bytes
    // other:     ----------------- delists and allowlists the user --- shorten -> refused, the new seq is another one
    const position = room.allowlistedSince[user];
    return changeRoom(this.#table, room.roomId, room.epoch, {
      set: ['#allowlistedAtMs.#user = :atMs', '#allowlistedTimes.#user = :none'],
      onlyIf: ['#allowlistedSeq.#user = :seq'],
      names: { ...named('allowlistedSeq', 'allowlistedAtMs', 'allowlistedTimes'), '#user': user },
      values: { ':atMs': position?.lastMessageAtMs, ':seq': position?.seq, ':none': [] },
    });
  }

  /** Removes each delistedSeq that a later message makes meaningless, so that the row does not keep growing. */
  async #forget(room: Room): Promise<Room | undefined> {
    const old = Object.entries(room.delistedSeq)
      .filter(([user, seq]) => seq < room.seq && !Object.hasOwn(room.allowlistedSince, user))
      .slice(0, MOST_FORGOTTEN);
    if (old.length === 0) return undefined;
    // forget:    read seq 5 of U ------------------------------- remove -> refused, the new seq stays
    // delist:    ---------------- U allowlisted, delisted: seq 9
    // allowlist: ---------------- U allowlisted                 remove -> refused, a later call tries again
    return changeRoom(this.#table, room.roomId, room.epoch, {
      remove: old.map((_, index) => `#delistedSeq.#u${index}`),
      onlyIf: old.flatMap((_, index) => [
        `#delistedSeq.#u${index} = :u${index}`,
        `attribute_not_exists(#allowlistedSeq.#u${index})`,
      ]),
      names: {
        ...named('delistedSeq', 'allowlistedSeq'),
        ...Object.fromEntries(old.map(([user], index) => [`#u${index}`, user])),
      },
      values: Object.fromEntries(old.map(([, seq], index) => [`:u${index}`, seq])),
    });
  }
}
