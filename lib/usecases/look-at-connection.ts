import type { RoomId } from '../domain/ids.ts';
import { leaseFrom } from '../domain/lease.ts';
import type { Connection, ConnectionKey, DueEntry } from '../store/room-store.ts';
import { closeConnection, closeLapsed, dropFromRooms } from './close-connection.ts';
import type { Deps } from './deps.ts';
import { type Look, lookAtMember } from './look-at-member.ts';

/** No Lambda lives so long: who was joining a room when the connection was closed has written his row by then, or never will. */
const SETTLED_MS = 60_000;

/** As for a member; a closed connection's rooms are looked at by themselves from then on. */
export interface ConnectionLook extends Look {
  readonly members?: readonly { readonly entry: DueEntry; readonly atMs: number }[];
  readonly kicked?: number;
}

/** A connection whose lease was over when the entry was written: heard of since, or half-open, or closed by now. */
export async function lookAtConnection(deps: Deps, key: ConnectionKey): Promise<ConnectionLook> {
  const glance = aliveUntil(await deps.store.glanceConnection(key), deps.now());
  if (glance !== undefined) return { nextAtMs: glance, did: 'revived' };
  const connection = await deps.store.getConnection(key);
  if (connection === undefined) return {};
  const alive = aliveUntil(connection, deps.now());
  if (alive !== undefined) return { nextAtMs: alive, did: 'revived' };
  if (connection.closedAtMs === undefined) {
    const heard = deps.settings.mockHeartbeat ? await askGateway(deps, key) : undefined;
    if (heard !== undefined) return heard;
    const closed = await closeLapsed(deps, connection);
    // It was heard of in the last moment, or closed by somebody else: what it is now, another look tells.
    return closed === undefined ? { nextAtMs: deps.now() } : { ...(await lookAtRooms(deps, closed)), did: 'closed' };
  }
  await dropFromRooms(deps, { ...connection, rooms: await roomsStillIn(deps, connection) });
  return lookAtRooms(deps, connection);
}

/** Whoever closed it may have died before its rooms were told, and whoever joined one by it before he saw that. */
async function roomsStillIn(deps: Deps, { userId, connectionId, rooms }: Connection): Promise<RoomId[]> {
  const found: RoomId[] = [];
  for (const room of rooms) {
    const member = await deps.store.getMember(room, userId);
    if (member?.connections.includes(connectionId)) found.push(room);
  }
  return found;
}

/** Heartbeats that no row knows of. undefined = there were none for the time of a lease. */
async function askGateway(deps: Deps, key: ConnectionKey): Promise<ConnectionLook | undefined> {
  const lastActiveMs = await deps.push.lastActiveMs(key.connectionId);
  // Nothing is known of him, so he stays for now.
  if (lastActiveMs === undefined) return { nextAtMs: deps.now() };
  if (lastActiveMs !== 'gone') {
    const aliveUntilMs = leaseFrom(lastActiveMs);
    return deps.now() < aliveUntilMs ? { nextAtMs: aliveUntilMs, did: 'revived' } : undefined;
  }
  // Perhaps this very moment, and its `$disconnect` is on its way: the lease, which no heartbeat renews, says nothing.
  await closeConnection(deps, key);
  return { nextAtMs: deps.now(), did: 'closed' };
}

function aliveUntil(connection: Connection | undefined, nowMs: number): number | undefined {
  if (connection === undefined || connection.closedAtMs !== undefined) return undefined;
  return nowMs < connection.leaseUntilMs ? connection.leaseUntilMs : undefined;
}

/** Just after the close it is looked at once more: members whose time comes later wait for that. */
async function lookAtRooms(deps: Deps, { userId, rooms, closedAtMs = 0 }: Connection): Promise<ConnectionLook> {
  const settledAtMs = closedAtMs + SETTLED_MS;
  const isSettled = rooms.length === 0 || deps.now() >= settledAtMs;
  const members: { entry: DueEntry; atMs: number }[] = [];
  let kicked = 0;
  for (const room of rooms) {
    const { nextAtMs, did } = await lookAtMember(deps, room, userId);
    if (nextAtMs !== undefined && (isSettled || nextAtMs < settledAtMs))
      members.push({ entry: { kind: 'member', room, userId }, atMs: nextAtMs });
    if (did === 'kicked') kicked += 1;
  }
  return { members, kicked, nextAtMs: isSettled ? undefined : settledAtMs };
}
