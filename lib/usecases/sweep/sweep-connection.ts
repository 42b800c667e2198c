import { silentSince } from '../../domain/lease.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection, ConnectionTimer, Timer } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { goneSinceMs, SETTLED_MS } from '../steps/disconnect-from-rooms.ts';
import { disconnectMember } from '../steps/disconnect-member.ts';
import { type SweepResult, sweepMember } from './sweep-member.ts';

/** As for a member; a closed connection's rooms are looked at by themselves from then on. */
export interface ConnectionSweepResult extends SweepResult {
  readonly members?: readonly { readonly entry: Timer; readonly atMs: number }[];
  readonly evicted?: number;
  /** Rooms that could not be looked at. */
  readonly failed?: number;
  /** Some of all its rooms could not be: they are to be tried again. */
  readonly hasFailed?: boolean;
  /** The time was up: this is what is left. */
  readonly rest?: ConnectionTimer;
  /** Nothing more can come of it: its row may go once the members are put down. */
  readonly isOver?: true;
}

/**
 * A connection whose lease was over when the entry was written: heard of since, or half-open, or closed by now. Begins no
 * second room after `stopMs`, however many there are.
 */
export async function sweepConnection(
  deps: Deps,
  entry: ConnectionTimer,
  stopMs: number,
): Promise<ConnectionSweepResult> {
  const { userId, connectionId } = entry;
  const key = { userId, connectionId };
  const glance = await deps.store.getConnectionEventually(key);
  // Nothing comes to a row that was closed long ago, so a glance is as good as a look.
  const connection = isDecided(deps, glance) ? glance : await deps.store.getConnection(key);
  if (connection === undefined) return {};
  if (connection.closedAtMs !== undefined) return walkRooms(deps, connection, entry, stopMs);
  const aliveUntilMs = connection.leaseUntilMs;
  if (deps.now() < aliveUntilMs) return { nextAtMs: aliveUntilMs, did: 'alive' };
  const closed = await closeLapsed(deps, connection);
  // It was heard of in the last moment, or closed by others: what it is now, another look tells.
  if (closed === undefined) return { nextAtMs: deps.now() };
  return { ...(await walkRooms(deps, closed, entry, stopMs)), did: 'closed' };
}

function isDecided(deps: Deps, glance: Connection | undefined): boolean {
  if (glance === undefined) return false;
  return glance.closedAtMs === undefined ? deps.now() < glance.leaseUntilMs : isSettled(deps, glance);
}

const isSettled = (deps: Deps, { closedAtMs = 0 }: Connection): boolean => deps.now() >= closedAtMs + SETTLED_MS;

/** Nothing was heard of it for its lease. undefined = something was, in the last moment, or it is closed already. */
async function closeLapsed(deps: Deps, { leaseUntilMs, ...key }: Connection): Promise<Connection | undefined> {
  const closed = await deps.store.closeLapsed(key, deps.now(), leaseUntilMs, silentSince(leaseUntilMs));
  if (closed !== undefined) await deps.push.close(key.connectionId);
  return closed;
}

/**
 * The Lambda that closed it may have died before its rooms were told, and one that joined a room by it before it saw that:
 * so it is looked at once more when that is over, and members whose time comes later wait for it. Then its row may go.
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
    // One at least: else a look that took long to begin would never get on.
    if (index > 0 && deps.now() >= stopMs) {
      const rest = { ...entry, afterRoom, hasFailed: counts.failed > 0 ? true : entry.hasFailed };
      return { members, ...counts, rest };
    }
    const { nextAtMs, did } = await lookAtRoom(deps, connection, room, () => {
      counts.failed += 1;
    });
    if (nextAtMs !== undefined && (isLast || nextAtMs < closedAtMs + SETTLED_MS))
      members.push({ entry: { kind: 'member', room, userId }, atMs: nextAtMs });
    if (did === 'evicted') counts.evicted += 1;
    afterRoom = room;
  }
  const look = { members, ...counts };
  if (counts.failed > 0 || entry.hasFailed) return { ...look, hasFailed: true };
  return isLast ? { ...look, isOver: true } : { ...look, nextAtMs: closedAtMs + SETTLED_MS };
}

/** By name, so that a place among them stays one. */
const roomsAfter = ({ rooms }: Connection, afterRoom: RoomId | undefined): readonly RoomId[] =>
  rooms.filter((room) => afterRoom === undefined || room > afterRoom).toSorted((one, other) => (one < other ? -1 : 1));

async function lookAtRoom(deps: Deps, connection: Connection, room: RoomId, failed: () => void): Promise<SweepResult> {
  try {
    const member = await disconnectMember(deps, room, connection, goneSinceMs(connection));
    return member?.offline === undefined ? {} : await sweepMember(deps, room, connection.userId);
  } catch (fault) {
    deps.onFault('look at a room of a connection that is gone', fault);
    failed();
    return {};
  }
}
