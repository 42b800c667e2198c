import { eachInParallel, inParallel } from '../domain/in-parallel.ts';
import { DAY_MS } from '../domain/time.ts';
import { latestFirst } from '../domain/time-sorted-item.ts';
import type { UserId } from '../protocol/ids.ts';
import type { Timer } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { putErasure } from './steps/continue-erasure.ts';
import { eraseFromRoom } from './steps/erase-from-room.ts';
import { forceClose } from './steps/force-close-connections.ts';
import { CANCELLED, forgetUser } from './steps/forget-user.ts';

const USERS_IN_FLIGHT = 8;
const ROOMS_IN_FLIGHT = 4;
/** At most this many rooms of a user are done before the answer, while there is time; the sweep does the others. */
const ROOMS_AT_ONCE = 100;
const ROOMS_MS = 5_000;
/** No token lives longer, whatever the setting is or was: a deleted user's tokens stay revoked for this long. */
const TOKEN_LIFE_MAX_MS = 366 * DAY_MS;
/**
 * Deletes users: after the answer their tokens are revoked, their connections are closed, and they are in none of the
 * rooms on the rows of those connections. All other rooms follow, page by page from the stream. What the app
 * has stored about them, and its restrictions of them in all rooms, are deleted.
 */
export async function eraseUsers(deps: Deps, users: readonly UserId[]): Promise<void> {
  const userIds = [...new Set(users)];
  await eachInParallel(userIds, USERS_IN_FLIGHT, (user) => lockOut(deps, user));
  // After the profiles are deleted: a profile would mean that the user was created again. Before the rooms of the
  // users' connections: if the call is interrupted among them, the stream does the rest.
  await putErasure(deps, { id: deps.randomId(), userIds, atMs: deps.now(), afterRoom: '', rest: [] }, 'continue');
  const stopMs = deps.now() + ROOMS_MS;
  await eachInParallel(userIds, USERS_IN_FLIGHT, (user) => eraseFromOwnRooms(deps, user, stopMs));
}
async function lockOut(deps: Deps, user: UserId): Promise<void> {
  const nowMs = deps.now();
  await deps.store.expireTokens(user, nowMs + 1);
  const { faults } = await forceClose(deps, user, await deps.store.connectionsOf(user), CANCELLED);
  if (faults.length > 0) throw faults[0];
  await unlist(deps, user);
  // This also forgets which connections were force-closed: their tokens are revoked, so they can do nothing.
  await deps.store.forgetAccess(user, nowMs + 1, nowMs + TOKEN_LIFE_MAX_MS);
  await forgetUser(deps, user);
  if (deps.settings.presenceDelayMs > 0) await deps.store.deletePresence(user);
}
/** Runs while the access still says where the user is listed: an interrupted call would leave the items behind. */
async function unlist(deps: Deps, user: UserId): Promise<void> {
  const { blockedUntilMs, mutedUntilMs, deactivatedAtMs } = await deps.store.getAccess(user);
  const listed = [
    ['blocked-users', blockedUntilMs],
    ['muted-users', mutedUntilMs],
    ['deactivated-users', deactivatedAtMs],
  ] as const;
  for (const [list, atMs] of listed) {
    if (atMs > 0) await deps.store.removeFromList(list, [latestFirst(atMs, user)]);
  }
}
/**
 * The rooms on the rows of the user's connections: all that the user has joined lately, even a room too new to be on
 * the list of rooms.
 */
async function eraseFromOwnRooms(deps: Deps, user: UserId, stopMs: number): Promise<void> {
  const connections = await deps.store.connectionsEverOf(user);
  const rooms = [...new Set(connections.flatMap((connection) => connection.rooms))];
  const left = rooms.slice(ROOMS_AT_ONCE);
  await inParallel(rooms.slice(0, ROOMS_AT_ONCE), ROOMS_IN_FLIGHT, async (room) => {
    if (deps.now() < stopMs) await eraseFromRoom(deps, room, user);
    else left.push(room);
  });
  const timers = left.map((room): Timer => ({ kind: 'erasure', room, userId: user }));
  await deps.store.arm(deps.now(), timers);
}
