import { isLive, type Room } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { roomKey } from './keys.ts';
import { toRoom } from './room-row.ts';
import { named, type Table } from './table.ts';
import { ConditionFailed } from './write-outcome.ts';

/** One update of a room's row, as parts of DynamoDB's expressions. */
export interface RoomChange {
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
  /** Conditions, besides a live room of the epoch. */
  readonly onlyIf?: readonly string[];
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly event?: 'room-destroyed';
  /** Whether the room shows that this very change was made: called if it was refused after a lost answer. */
  readonly isMade?: (room: Room) => boolean;
  /** See Table.update. */
  readonly answer?: 'report-lost';
}

/** One update of a live room of that epoch; undefined = refused. Removes or replaces the previous write's event. */
export async function changeRoom(
  table: Table,
  room: RoomId,
  epoch: string,
  change: RoomChange,
): Promise<Room | undefined> {
  const { set = [], remove = [], onlyIf = [], event, answer = 'repeat' } = change;
  const sets = event === undefined ? set : [...set, '#event = :event'];
  const removals = event === undefined ? [...remove, '#event'] : remove;
  const clauses = [
    ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`]),
    ...(removals.length === 0 ? [] : [`REMOVE ${removals.join(', ')}`]),
  ];
  const update = table.update(
    {
      Key: roomKey(room),
      UpdateExpression: clauses.join(' '),
      ConditionExpression: ['#epoch = :epoch', 'attribute_not_exists(#destroyedAtMs)', ...onlyIf].join(' AND '),
      ExpressionAttributeNames: { ...named('epoch', 'destroyedAtMs', 'event'), ...change.names },
      ExpressionAttributeValues: { ':epoch': epoch, ':event': event, ...change.values },
    },
    answer,
  );
  try {
    return toRoom(await update);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return error.afterRetry ? madeBefore(table, room, change) : undefined;
  }
}

async function madeBefore(table: Table, room: RoomId, { isMade }: RoomChange): Promise<Room | undefined> {
  const row = isMade === undefined ? undefined : await table.get(roomKey(room));
  const now = row === undefined ? undefined : toRoom(row);
  return now !== undefined && isMade?.(now) ? now : undefined;
}

/** The room, if it is live and of that epoch. */
export async function readLiveRoom(table: Table, room: RoomId, epoch: string): Promise<Room | undefined> {
  const row = await table.get(roomKey(room));
  const now = row === undefined ? undefined : toRoom(row);
  return isLive(now) && now.epoch === epoch ? now : undefined;
}
