import { silentSince } from '../../domain/lease.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection, ConnectionTimer, Timer } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { goneSinceMs, SETTLED_MS } from '../steps/disconnect-from-rooms.ts';
import { disconnectMember } from '../steps/disconnect-member.ts';
import { type SweepResult, sweepMember } from './sweep-member.ts';

/** As for a member; from then on each room of a closed connection has a timer of its own. */
export interface ConnectionSweepResult extends SweepResult {
  readonly members?: readonly { readonly entry: Timer; readonly atMs: number }[];
  readonly evicted?: number;
  /** Rooms that could not be checked. */
  readonly failed?: number;
  /** Some of all its rooms could not be checked: they are to be tried again. */
  readonly hasFailed?: boolean;
  /** The time was up: this is what is left. */
  readonly rest?: ConnectionTimer;
  /** Nothing more can come of it: its row may be deleted once the members' timers are set. */
  readonly isOver?: true;
}

/**
 * A connection whose lease was to expire by the time of its timer: it was renewed since, or is half-open, or closed by now.
 * Begins no second room after `stopMs`, however many there are.
 */
export async function sweepConnection(
  deps: Deps,
  entry: ConnectionTimer,
  stopMs: number,
): Promise<ConnectionSweepResult> {
  const { userId, connectionId } = entry;
  const key = { userId, connectionId };
  const eventual = await deps.store.getConnectionEventually(key);
  // A row that was closed long ago no longer changes, so this read is good enough for it.
  const connection = isDecided(deps, eventual) ? eventual : await deps.store.getConnection(key);
  if (connection === undefined) return {};
  if (connection.closedAtMs !== undefined) return walkRooms(deps, connection, entry, stopMs);
  const aliveUntilMs = connection.leaseUntilMs;
  if (deps.now() < aliveUntilMs) return { nextAtMs: aliveUntilMs, did: 'alive' };
  const closed = await closeLapsed(deps, connection);
  // It was renewed in the last moment, or closed by another: the next check finds which.
  if (closed === undefined) return { nextAtMs: deps.now() };
  return { ...(await walkRooms(deps, closed, entry, stopMs)), did: 'closed' };
}

function isDecided(deps: Deps, connection: Connection | undefined): boolean {
  if (connection === undefined) return false;
  return connection.closedAtMs === undefined ? deps.now() < connection.leaseUntilMs : isSettled(deps, connection);
}

const isSettled = (deps: Deps, { closedAtMs = 0 }: Connection): boolean => deps.now() >= closedAtMs + SETTLED_MS;

/** Its lease has expired. undefined = it was renewed in the last moment, or is closed already. */
async function closeLapsed(deps: Deps, { leaseUntilMs, ...key }: Connection): Promise<Connection | undefined> {
  const closed = await deps.store.closeLapsed(key, deps.now(), leaseUntilMs, silentSince(leaseUntilMs));
  if (closed !== undefined) await deps.push.close(key.connectionId);
  return closed;
}

/**
 * The Lambda that closed it may have died before it marked the members, and one that joined a room by it before it saw the
 * close. So it is checked again when both must be over, and members whose time comes later wait for that. Then its row may
 * be deleted.
 */
async function walkRooms(
  deps: Deps,
  connection: Connection,
  entry: ConnectionTimer,
  stopMs: number,
): Promise<ConnectionSweepResult> {
  const { userId, closedAtMs = 0 } = connection;
  const isLast = isSettled(deps, connection);
  const members: { entry: Timer; atMs: number }[] = [];
  const counts = { evicted: 0, failed: 0 };
  let afterRoom = entry.afterRoom;
  for (const [index, room] of roomsAfter(connection, afterRoom).entries()) {
    // One at least: else a check that began late would never get on.
    if (index > 0 && deps.now() >= stopMs) {
      const rest = { ...entry, afterRoom, hasFailed: counts.failed > 0 ? true : entry.hasFailed };
      return { members, ...counts, rest };
    }
    const { nextAtMs, did } = await checkRoom(deps, connection, room, () => {
      counts.failed += 1;
    });
    if (nextAtMs !== undefined && (isLast || nextAtMs < closedAtMs + SETTLED_MS))
      members.push({ entry: { kind: 'member', room, userId }, atMs: nextAtMs });
    if (did === 'evicted') counts.evicted += 1;
    afterRoom = room;
  }
  const checked = { members, ...counts };
  if (counts.failed > 0 || entry.hasFailed) return { ...checked, hasFailed: true };
  return isLast ? { ...checked, isOver: true } : { ...checked, nextAtMs: closedAtMs + SETTLED_MS };
}

/** By name, so that the last one done is a checkpoint. */
const roomsAfter = ({ rooms }: Connection, afterRoom: RoomId | undefined): readonly RoomId[] =>
  rooms.filter((room) => afterRoom === undefined || room > afterRoom).toSorted((one, other) => (one < other ? -1 : 1));

async function checkRoom(deps: Deps, connection: Connection, room: RoomId, failed: () => void): Promise<SweepResult> {
  try {
    const member = await disconnectMember(deps, room, connection, goneSinceMs(connection));
    return member?.offline === undefined ? {} : await sweepMember(deps, room, connection.userId);
  } catch (fault) {
    deps.onFault('check a room of a connection that is gone', fault);
    failed();
    return {};
  }
}
