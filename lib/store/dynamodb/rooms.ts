import type { Room, RoomExpiry } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Rooms } from '../rooms.ts';
import { roomKey } from './keys.ts';
import { changeRoom, type RoomChange, readLiveRoom } from './room-change.ts';
import { toRoom, toRoomRow } from './room-row.ts';
import { named, type Table } from './table.ts';
import { isDoneOnce, unlessRefused } from './write-outcome.ts';

type MessageMethod = 'acceptMessage' | 'recallInTail' | 'takeOverDelivery' | 'advanceDelivery';
type AllowlistMethod = 'addToAllowlist' | 'removeFromAllowlist';

/** Room rows in DynamoDB, from create to removal. */
export class DynamoRooms implements Omit<Rooms, MessageMethod | AllowlistMethod> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly getRoom = async (room: RoomId): Promise<Room | undefined> => {
    const row = await this.#table.get(roomKey(room));
    return row === undefined ? undefined : toRoom(row);
  };

  readonly createRoom = async (room: Room): Promise<boolean> => {
    // A: put -> stored, answer lost -- finds its own epoch: created
    // A: put -> stored, answer lost -- destroyed by C -- put again would succeed with the old epoch: it is not repeated
    // B: put -> refused, finds the epoch of A: not created; its own, written by another attempt of its call: created
    // Nothing on a destroyed room's row is needed: every row below a room names its epoch.
    const row = {
      Item: { ...roomKey(room.roomId), ...toRoomRow(room), event: 'room-created' },
      ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(#destroyedAtMs)',
      ExpressionAttributeNames: named('destroyedAtMs'),
    };
    const isOwn = async () => (await this.getRoom(room.roomId))?.epoch === room.epoch;
    return (await isDoneOnce(this.#table.put(row, 'report-lost'), isOwn)) || isOwn();
  };

  readonly bumpSendPermissionVersion = async (room: RoomId, epoch: string): Promise<Room | undefined> => {
    // block:  member row -- version 1 -> 2 (twice is 3: harmless, a send is only checked once more)
    // others: a destroyed or recreated room -> refused: nobody can send there under the old epoch anyway
    return this.#change(room, epoch, {
      set: ['#sendPermissionVersion = #sendPermissionVersion + :one'],
      names: named('sendPermissionVersion'),
      values: { ':one': 1 },
    });
  };

  readonly setRoomExpiry = async (
    room: RoomId,
    epoch: string,
    { destroyType, destroyAfterMin }: RoomExpiry,
  ): Promise<Room | undefined> => {
    // A: set --------------------- again -> the same
    // B: ------- destroy, create ------- A: again -> refused: the new room has an expiry of its own
    return this.#change(room, epoch, {
      set: ['#destroyType = :destroyType', '#destroyAfterMin = :destroyAfterMin'],
      names: named('destroyType', 'destroyAfterMin'),
      values: { ':destroyType': destroyType, ':destroyAfterMin': destroyAfterMin },
    });
  };

  readonly setRoomMuted = async (room: RoomId, epoch: string, muted: boolean): Promise<Room | undefined> => {
    // sender: checked, not muted --------------------- accept(version 1) -> refused, checked again: muted
    // mute:   ------------------- muted and version 2 in one write
    // others: a destroyed or recreated room -> refused: the mute ends with the room
    return this.#change(room, epoch, {
      set: ['#muted = :muted', '#sendPermissionVersion = #sendPermissionVersion + :one'],
      names: named('muted', 'sendPermissionVersion'),
      values: { ':muted': muted, ':one': 1 },
    });
  };

  readonly setDistributionStopped = async (
    room: RoomId,
    epoch: string,
    stopped: boolean,
  ): Promise<Room | undefined> => {
    // stop:   read epoch 1 ------------------ set -> refused: the new room distributes
    // others: ------------- destroy, create
    return this.#change(room, epoch, {
      set: ['#distributionStopped = :stopped'],
      names: named('distributionStopped'),
      values: { ':stopped': stopped },
    });
  };

  readonly noteComplete = async (room: RoomId, epoch: string): Promise<Room | undefined> => {
    // create: stored ------------------------ note -> refused: its own creator completes the new room
    // others: ----------- destroy, create
    return this.#change(room, epoch, { remove: ['#incomplete'], names: named('incomplete') });
  };

  readonly noteEntries = async (room: RoomId, epoch: string): Promise<Room | undefined> => {
    // entry:  read epoch 1 ------------------ note -> refused: the new room has no entries
    // others: ------------- destroy, create
    return this.#change(room, epoch, {
      set: ['#hasEntries = :true'],
      names: named('hasEntries'),
      values: { ':true': true },
    });
  };

  readonly noteActivity = async (room: RoomId, epoch: string, nowMs: number): Promise<Room | undefined> => {
    // join:  at 5 --------------- note 5 -> refused: 7 stays
    // leave: ----- at 7 - note 7
    const done = await this.#change(room, epoch, {
      set: ['#lastActiveAtMs = :lastActiveAtMs'],
      onlyIf: ['#lastActiveAtMs < :lastActiveAtMs'],
      names: named('lastActiveAtMs'),
      values: { ':lastActiveAtMs': nowMs },
    });
    return done ?? readLiveRoom(this.#table, room, epoch);
  };

  readonly setRealTimeKickOut = async (
    room: RoomId,
    epoch: string,
    on: boolean | undefined,
  ): Promise<Room | undefined> => {
    // set:    read epoch 1 ------------------ set -> refused: the new room keeps what it was created with
    // others: ------------- destroy, create
    const change = on === undefined ? { remove: ['#realTimeKickOut'] } : { set: ['#realTimeKickOut = :on'] };
    return this.#change(room, epoch, { ...change, names: named('realTimeKickOut'), values: { ':on': on } });
  };

  readonly setSlowMode = async (room: RoomId, epoch: string, intervalSec: number): Promise<Room | undefined> => {
    // sender: decided without slow mode ---------------- accept(version 1) -> refused, decided again: one in the interval
    // set:    --------------------------- slow, version 2
    // others: a destroyed or recreated room -> refused: the new room starts without slow mode
    const isOff = intervalSec === 0;
    return this.#change(room, epoch, {
      set: [
        ...(isOff ? [] : ['#slowModeSec = :slowModeSec']),
        '#sendPermissionVersion = #sendPermissionVersion + :one',
      ],
      remove: isOff ? ['#slowModeSec'] : [],
      names: named('slowModeSec', 'sendPermissionVersion'),
      values: { ':slowModeSec': isOff ? undefined : intervalSec, ':one': 1 },
    });
  };

  readonly destroyRoom = async (
    room: RoomId,
    epoch: string,
    nowMs: number,
    automatic: boolean,
    unless?: Room,
  ): Promise<Room | undefined> => {
    // A: destroy -> done, answer lost -- again -> refused, finds its own time and cause: done
    // B: ------------- destroy -> refused: not its own, even with the same time and cause: B lost no answer
    // C: ------------------- create: a new epoch -- B: destroy -> refused, the new room lives
    // D: read: it has expired ----------------------------------------------- destroy unless -> refused: it stays
    // E: ------------------------- a join, a message, a keep, a new expiry -
    const unchanged = unless === undefined ? undefined : unchangedSince(unless);
    return this.#change(room, epoch, {
      set: ['#destroyedAtMs = :nowMs', '#destroyedAutomatically = :automatic'],
      onlyIf: unchanged?.onlyIf ?? [],
      names: { ...named('destroyedAutomatically'), ...unchanged?.names },
      values: { ':nowMs': nowMs, ':automatic': automatic, ...unchanged?.values },
      event: 'room-destroyed',
      isMade: (now) => now.epoch === epoch && now.destroyedAtMs === nowMs && now.destroyedAutomatically === automatic,
    });
  };

  readonly removeRoom = async (room: RoomId, epoch: string): Promise<void> => {
    // clean-up: read destroyed -------------------- remove -> refused, the new room stays
    // create:   ------------------ a new epoch
    const removal = this.#table.delete({
      Key: roomKey(room),
      ConditionExpression: '#epoch = :epoch AND attribute_exists(#destroyedAtMs)',
      ExpressionAttributeNames: named('epoch', 'destroyedAtMs'),
      ExpressionAttributeValues: { ':epoch': epoch },
    });
    await unlessRefused(removal);
  };

  #change(room: RoomId, epoch: string, change: RoomChange): Promise<Room | undefined> {
    return changeRoom(this.#table, room, epoch, change);
  }
}

/** Unchanged since the read: no join, leave or message, same expiry, same version of the send permissions. */
const unchangedSince = ({ seq, sendPermissionVersion, lastActiveAtMs, destroyType, destroyAfterMin }: Room) => ({
  onlyIf: [
    '#seq = :seq',
    '#sendPermissionVersion = :sendPermissionVersion',
    '#lastActiveAtMs = :lastActiveAtMs',
    '#destroyType = :destroyType',
    '#destroyAfterMin = :destroyAfterMin',
  ],
  names: named('seq', 'sendPermissionVersion', 'lastActiveAtMs', 'destroyType', 'destroyAfterMin'),
  values: {
    ':seq': seq,
    ':sendPermissionVersion': sendPermissionVersion,
    ':lastActiveAtMs': lastActiveAtMs,
    ':destroyType': destroyType,
    ':destroyAfterMin': destroyAfterMin,
  },
});
