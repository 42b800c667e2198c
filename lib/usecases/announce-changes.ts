import { inParallel } from '../domain/in-parallel.ts';
import { afterEndNotified, isWorthKeeping, type Member } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { MemberChange } from '../protocol/push-frames.ts';
import type { EventQueue } from '../push/event-queue.ts';
import type { Change } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { continueBroadcast } from './steps/continue-broadcast.ts';
import { continueErasure } from './steps/continue-erasure.ts';
import { fanOut } from './steps/fan-out.ts';
import { removeEntriesOf } from './steps/remove-entries-of.ts';
import { eventOf } from './steps/webhook-event.ts';

const ROOMS_IN_FLIGHT = 8;
const CHANGES_IN_FRAME = 100;

type MemberChanged = Extract<Change, { member: Member }>;

/**
 * Reports the changes of the table's stream in their order: events for the webhook, frames for members, and what
 * follows from an end. It may run again with the same changes, because the stream repeats them until a run succeeds:
 * events keep their ids, and a client ignores a change that it has seen. Only a fault of storage or of the queue makes
 * a run fail.
 */
export async function announceChanges(
  deps: Deps,
  events: EventQueue | undefined,
  changes: readonly Change[],
): Promise<void> {
  await events?.put(changes.flatMap((change) => eventOf(change) ?? []));
  for (const change of changes) {
    if (change.kind === 'room-created') await deps.store.addToList('rooms', [{ item: change.room.roomId, untilMs: 0 }]);
    else if (change.kind === 'room-destroyed') await deps.store.removeFromList('rooms', [change.room.roomId]);
  }
  await inParallel([...byRoom(changes)], ROOMS_IN_FLIGHT, ([room, ofRoom]) => announceInRoom(deps, room, ofRoom));
  for (const change of changes) {
    if (change.kind === 'broadcast') await continueBroadcast(deps, change.broadcast);
    else if (change.kind === 'erasure') await continueErasure(deps, change.erasure);
  }
}

function byRoom(changes: readonly Change[]): ReadonlyMap<RoomId, readonly MemberChanged[]> {
  const rooms = new Map<RoomId, MemberChanged[]>();
  for (const change of changes) {
    if (change.kind !== 'joined' && change.kind !== 'ended') continue;
    const ofRoom = rooms.get(change.member.roomId);
    if (ofRoom === undefined) rooms.set(change.member.roomId, [change]);
    else ofRoom.push(change);
  }
  return rooms;
}

async function announceInRoom(deps: Deps, roomId: RoomId, changes: readonly MemberChanged[]): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  const ends = changes.filter((change) => change.kind === 'ended');
  for (const { member } of ends) await notifyFormerMember(deps, member);
  if (isLive(room)) {
    const ofThisEpoch = changes.filter(({ member }) => member.roomEpoch === room.epoch);
    if (deps.settings.notifyMemberChanges) await notifyMembers(deps, room, ofThisEpoch);
    for (const { member } of ends) if (room.hasEntries) await removeEntriesOf(deps, room, member.userId);
  }
  for (const { member, rowIsDeleted } of ends) if (!rowIsDeleted) await settle(deps, member);
}

/** The room stays on the rows of these connections: the user may have joined again by now. */
async function notifyFormerMember(deps: Deps, { roomId, roomEpoch, ended }: Member): Promise<void> {
  if (ended === undefined) return;
  const { membershipId, reason } = ended;
  for (const connectionId of ended.connections) {
    await deps.push.post(connectionId, { event: 'removed', room: roomId, roomEpoch, membership: membershipId, reason });
  }
}

/** These frames are not messages, so they evict nobody: only the next message does. */
async function notifyMembers(deps: Deps, room: Room, changes: readonly MemberChanged[]): Promise<void> {
  for (let from = 0; from < changes.length; from += CHANGES_IN_FRAME) {
    const inFrame = changes.slice(from, from + CHANGES_IN_FRAME).map(memberChange);
    await fanOut(deps, room, { event: 'members', room: room.roomId, roomEpoch: room.epoch, changes: inFrame });
  }
}

function memberChange({ member }: MemberChanged): MemberChange {
  const { userId, membershipId = '', joinedAtMs, ended } = member;
  if (ended === undefined || membershipId !== '')
    return { userId, change: 'joined', membership: membershipId, atMs: joinedAtMs };
  return { userId, change: 'left', reason: ended.reason, membership: ended.membershipId, atMs: ended.atMs };
}

/** After the end is reported: deletes the row, or keeps what outlives the membership. */
async function settle(deps: Deps, member: Member): Promise<void> {
  const rest = afterEndNotified(member, deps.settings.leaveEndsAllDevices);
  if (isWorthKeeping(rest, deps.now())) await deps.store.putMember(rest, member.revision);
  else await deps.store.deleteMember(member);
}
