import { inParallel } from '../domain/in-parallel.ts';
import { latestFirst } from '../domain/ranked-entry.ts';
import { DAY_MS } from '../domain/time.ts';
import type { UserId } from '../protocol/ids.ts';
import type { Timer } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { putErasure } from './steps/continue-erasure.ts';
import { eraseFromRoom } from './steps/erase-from-room.ts';
import { forceClose } from './steps/force-close-connections.ts';
import { CANCELLED, forgetUser } from './steps/forget-user.ts';

const USERS_IN_FLIGHT = 8;
const ROOMS_IN_FLIGHT = 4;
/** So many rooms of one user are done before the answer, if there is time; the others are left to the sweep. */
const ROOMS_AT_ONCE = 100;
const ROOMS_MS = 5_000;
/** No token lives longer, whatever the setting is or was: until then those of a deleted user must stay worthless. */
const TOKEN_LIFE_MAX_MS = 366 * DAY_MS;
/**
 * Deletes users: from the answer on none of their tokens opens anything, no connection of theirs is open, and they are in
 * none of the rooms that their connections have named. All other rooms follow, page by page from the stream. What the app
 * told of them, and what it laid down for them in all rooms, is gone.
 */
export async function eraseUsers(deps: Deps, users: readonly UserId[]): Promise<void> {
  const userIds = [...new Set(users)];
  await inParallel(userIds, USERS_IN_FLIGHT, (user) => shutOut(deps, user));
  // After the profiles, which would tell that they were made anew. Before the rooms of now: a call that is broken off among
  // them has left the rest to the stream.
  await putErasure(deps, { id: deps.randomId(), userIds, atMs: deps.now(), afterRoom: '' });
  const stopMs = deps.now() + ROOMS_MS;
  await inParallel(userIds, USERS_IN_FLIGHT, (user) => eraseFromOwnRooms(deps, user, stopMs));
}
async function shutOut(deps: Deps, user: UserId): Promise<void> {
  const nowMs = deps.now();
  await deps.store.expireTokens(user, nowMs + 1);
  const { faults } = await forceClose(deps, user, await deps.store.connectionsOf(user), CANCELLED);
  if (faults.length > 0) throw faults[0];
  await unlist(deps, user);
  // Which connections were cut goes too: their tokens are worth nothing, so nothing is done by them.
  await deps.store.forgetAccess(user, nowMs + 1, nowMs + TOKEN_LIFE_MAX_MS);
  await forgetUser(deps, user);
}
/** While the access still says where they are listed: else a call that is broken off would leave that behind. */
async function unlist(deps: Deps, user: UserId): Promise<void> {
  const { blockedUntilMs, mutedUntilMs, deactivatedAtMs } = await deps.store.getAccess(user);
  const places = [
    ['blocked-users', blockedUntilMs],
    ['muted-users', mutedUntilMs],
    ['deactivated-users', deactivatedAtMs],
  ] as const;
  for (const [list, atMs] of places) {
    if (atMs > 0) await deps.store.removeFromList(list, [latestFirst(atMs, user)]);
  }
}
/**
 * The rooms on the rows of their connections: all that they have joined lately, also one that is so new that it is not on
 * the list of rooms yet.
 */
async function eraseFromOwnRooms(deps: Deps, user: UserId, stopMs: number): Promise<void> {
  const connections = await deps.store.connectionsEverOf(user);
  const rooms = [...new Set(connections.flatMap((connection) => connection.rooms))];
  const later = rooms.slice(ROOMS_AT_ONCE);
  await inParallel(rooms.slice(0, ROOMS_AT_ONCE), ROOMS_IN_FLIGHT, async (room) => {
    if (deps.now() < stopMs) await eraseFromRoom(deps, room, user);
    else later.push(room);
  });
  const entries = later.map((room): Timer => ({ kind: 'erasure', room, userId: user }));
  await deps.store.arm(deps.now(), entries);
}
