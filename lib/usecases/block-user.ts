import { isDue } from '../domain/eviction.ts';
import type { RoomId, UserId } from '../domain/ids.ts';
import { blocked, currentMember, isBlocked, type Member } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import { StoreFault } from '../store/room-store.ts';
import { ATTEMPTS, type Deps } from './deps.ts';
import { announceEnds } from './end-membership.ts';
import { memberPages } from './fan-out.ts';

/** BLOCK: out at once and barred until `untilMs`. False = no such room. */
export async function blockUsers(
  deps: Deps,
  roomId: RoomId,
  users: readonly UserId[],
  untilMs: number,
): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  const removed: Member[] = [];
  for (const user of users) {
    const was = await blockOne(deps, room, user, untilMs);
    if (was.membership !== undefined) removed.push(was);
  }
  // I-B2: a send whose sender was checked before the block now fails and is decided anew.
  if ((await deps.store.raiseFence(roomId, room.epoch)) === undefined) return false;
  await tellRemoved(deps, room, removed);
  return true;
}

async function blockOne(deps: Deps, room: Room, user: UserId, untilMs: number): Promise<Member> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const member = currentMember(await deps.store.getMember(room.room, user), room.room, user, room.epoch);
    if ((await deps.store.putMember(blocked(member, untilMs), member.revision)) !== 'conflict') return member;
  }
  throw new StoreFault('unable to block the user; his row kept changing');
}

async function tellRemoved(deps: Deps, room: Room, removed: readonly Member[]): Promise<void> {
  for (const member of removed) {
    const membership = member.membership ?? '';
    for (const connection of member.connections) {
      await deps.store.removeConnectionRoom(connection, room.room);
      const frame = {
        event: 'removed',
        room: room.room,
        roomEpoch: room.epoch,
        membership,
        reason: 'blocked',
      } as const;
      await deps.push.post(connection, frame);
    }
  }
  const wasDue = (member: Member) => isDue(member, room, deps.settings);
  await announceEnds(deps, room, removed.filter(wasDue), 'offline');
  await announceEnds(
    deps,
    room,
    removed.filter((member) => !wasDue(member)),
    'blocked',
  );
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
    const member = await deps.store.getMember(room.room, user);
    if (member === undefined || member.blockedUntilMs === 0) return;
    const keep = member.membership !== undefined;
    const outcome = keep
      ? await deps.store.putMember({ ...member, blockedUntilMs: 0 }, member.revision)
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
