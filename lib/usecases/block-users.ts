import { isEvicted } from '../domain/eviction.ts';
import { blocked, currentMember, isBlocked, isWorthKeeping } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import { StoreFault } from '../store/room-store.ts';
import { ATTEMPTS, type Deps } from './deps.ts';
import { memberPages } from './steps/member-pages.ts';

/** BLOCK: out at once and barred until `untilMs`; the stream tells of it. False = no such room. */
export async function blockUsers(
  deps: Deps,
  roomId: RoomId,
  users: readonly UserId[],
  untilMs: number,
): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  for (const user of users) await blockOne(deps, room, user, untilMs);
  // I-B2: a send whose sender was checked before the block now fails and is decided anew.
  return (await deps.store.bumpSendPermissionVersion(roomId, room.epoch)) !== undefined;
}

async function blockOne(deps: Deps, room: Room, user: UserId, untilMs: number): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const member = currentMember(await deps.store.getMember(room.roomId, user), room.roomId, user, room.epoch);
    const reason = isEvicted(member, room, deps.settings) ? 'offline' : 'blocked';
    const next = blocked(member, untilMs, reason, deps.now());
    const news = member.membershipId === undefined ? undefined : reason;
    if ((await deps.store.putMember(next, member.revision, news)) !== 'conflict') return;
  }
  throw new StoreFault('unable to block the user; his row kept changing');
}

/** Lifts the block; membership does not come back by it (I-B4). False = no such room. */
export async function unblockUsers(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  for (const user of users) await unblockOne(deps, room, user);
  return true;
}

async function unblockOne(deps: Deps, room: Room, user: UserId): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const member = await deps.store.getMember(room.roomId, user);
    if (member === undefined || member.blockedUntilMs === 0) return;
    const next = { ...member, blockedUntilMs: 0 };
    const outcome = isWorthKeeping(next, deps.now())
      ? await deps.store.putMember(next, member.revision)
      : await deps.store.deleteMember(member);
    if (outcome !== 'conflict') return;
  }
  throw new StoreFault('unable to lift the block; the row kept changing');
}

/** Who is blocked now, and until when (ms). */
export async function blockedUsers(
  deps: Deps,
  roomId: RoomId,
): Promise<readonly { readonly userId: string; readonly untilMs: number }[] | undefined> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return undefined;
  const found: { userId: string; untilMs: number }[] = [];
  for await (const rows of memberPages(deps, room, 'every row')) {
    for (const row of rows) {
      if (isBlocked(row, deps.now())) found.push({ userId: row.userId, untilMs: row.blockedUntilMs });
    }
  }
  return found;
}
