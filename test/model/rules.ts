import { deviceOf, type Position, type Room, type Row } from './world.ts';

/** So that two worlds that differ only in an order are one state. */
export const ascending = (one: string | number, other: string | number): number => (one < other ? -1 : 1);

/** The arithmetic of docs/rules.md, with ticks in place of milliseconds. */
export function isEvicted(row: Row, room: Room): boolean {
  if (row.mark === null) return false;
  const position = room.allowlisted[row.user] ?? room;
  if (position.seq <= Math.max(row.mark.seq, room.delistedSeq[row.user] ?? 0)) return false;
  return position.seq - row.mark.seq >= room.limit || position.at > row.mark.at;
}

/** Has a membership of the room as it is, evicted or not. */
export const isOnRow = (row: Row, room: Room): boolean =>
  row.membership !== 0 && room.life === 'live' && row.epoch === room.epoch;

export const isMember = (row: Row, room: Room): boolean => isOnRow(row, room) && !isEvicted(row, room);

/** The row as of this room: a row of another epoch counts as empty. */
export const currentRow = (row: Row, epoch: number): Row =>
  row.epoch === epoch
    ? row
    : {
        ...{ user: row.user, revision: row.revision, epoch, membership: 0, connections: [], disconnectedDevices: [] },
        ...{ mark: null, blocked: false, ended: null },
      };

export const hasDevice = (row: Row, device: number): boolean =>
  row.disconnectedDevices.includes(device) || row.connections.some((one) => deviceOf(one) === device);

/** A new membership; the write gives it its number. */
export const joined = (row: Row, connection: number): Row => ({
  ...row,
  ...{ membership: -1, connections: [connection], disconnectedDevices: [], mark: null, ended: null },
});

export const withConnection = (row: Row, connection: number): Row => ({
  ...row,
  connections: [...row.connections.filter((one) => one !== connection), connection].toSorted(ascending),
  disconnectedDevices: row.disconnectedDevices.filter((device) => device !== deviceOf(connection)),
  mark: null,
});

/** `marks`: by which of the user's connections the mark is set: by the last one, unless that guard is removed. */
export function withoutConnection(row: Row, connection: number, mark: Position, marks: 'last' | 'each'): Row {
  const connections = row.connections.filter((one) => one !== connection);
  const device = deviceOf(connection);
  const isThere = connections.some((one) => deviceOf(one) === device);
  const others = row.disconnectedDevices.filter((one) => one !== device);
  const disconnectedDevices = isThere ? others : [...others, device].toSorted(ascending);
  const isMarked = connections.length === 0 || marks === 'each';
  return { ...row, connections, disconnectedDevices, mark: isMarked ? (row.mark ?? mark) : row.mark };
}

/** A device leaves; null = it was the last one. */
export function withoutDevice(row: Row, device: number, mark: Position): Row | null {
  const connections = row.connections.filter((one) => deviceOf(one) !== device);
  const disconnectedDevices = row.disconnectedDevices.filter((one) => one !== device);
  if (connections.length + disconnectedDevices.length === 0) return null;
  return { ...row, connections, disconnectedDevices, mark: connections.length === 0 ? (row.mark ?? mark) : row.mark };
}

export const ended = (row: Row, reason: 'left' | 'offline' | 'blocked'): Row => ({
  ...row,
  ...{ membership: 0, connections: [], disconnectedDevices: [], mark: null },
  ended: { membership: row.membership, reason },
});
