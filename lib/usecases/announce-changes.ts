import { inParallel } from '../domain/in-parallel.ts';
import { isWorthKeeping, type Member, told } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { MemberChange } from '../protocol/push-frames.ts';
import type { EventQueue } from '../push/event-queue.ts';
import type { Change } from '../store/room-store.ts';
import { continueBroadcast } from './broadcast.ts';
import type { Deps } from './deps.ts';
import { continueErasure } from './erase-users.ts';
import { fanOut } from './fan-out.ts';
import { removeEntriesOf } from './remove-entries-of.ts';
import { eventOf } from './webhook-event.ts';

const ROOMS_IN_FLIGHT = 8;
const CHANGES_IN_FRAME = 100;

type MemberChanged = Extract<Change, { member: Member }>;

/**
 * What the table's stream says, in its order: events for the webhook, notices to members, and what follows from an end.
 * It may run again with the same changes, since the stream gives them until a run succeeds: events keep their ids, a
 * client drops a change that it has seen. Only a fault of storage or of the queue makes a run fail.
 */
export async function announceChanges(
  deps: Deps,
  events: EventQueue | undefined,
  changes: readonly Change[],
): Promise<void> {
  await events?.put(changes.flatMap((change) => eventOf(change) ?? []));
  for (const change of changes) {
    if (change.kind === 'room-created') await deps.store.addToList('rooms', [{ entry: change.room.room, untilMs: 0 }]);
    else if (change.kind === 'room-destroyed') await deps.store.removeFromList('rooms', [change.room.room]);
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
    const ofRoom = rooms.get(change.member.room);
    if (ofRoom === undefined) rooms.set(change.member.room, [change]);
    else ofRoom.push(change);
  }
  return rooms;
}

async function announceInRoom(deps: Deps, roomId: RoomId, changes: readonly MemberChanged[]): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  const ends = changes.filter((change) => change.kind === 'ended');
  for (const { member } of ends) await tellHimself(deps, member);
  if (isLive(room)) {
    const ofThisEpoch = changes.filter(({ member }) => member.roomEpoch === room.epoch);
    if (deps.settings.notifyMemberChanges) await tellMembers(deps, room, ofThisEpoch);
    for (const { member } of ends) if (room.hasEntries) await removeEntriesOf(deps, room, member.userId);
  }
  for (const { member, rowIsGone } of ends) if (!rowIsGone) await settle(deps, member);
}

/** The room stays on his connections' rows: he may have joined once more by now. */
async function tellHimself(deps: Deps, { room, roomEpoch, ended }: Member): Promise<void> {
  if (ended === undefined) return;
  const { membership, reason } = ended;
  for (const connectionId of ended.connections) {
    await deps.push.post(connectionId, { event: 'removed', room, roomEpoch, membership, reason });
  }
}

/** Notices count for no kick: who is found due waits for the next message. */
async function tellMembers(deps: Deps, room: Room, changes: readonly MemberChanged[]): Promise<void> {
  for (let from = 0; from < changes.length; from += CHANGES_IN_FRAME) {
    const inFrame = changes.slice(from, from + CHANGES_IN_FRAME).map(memberChange);
    await fanOut(deps, room, { event: 'members', room: room.room, roomEpoch: room.epoch, changes: inFrame });
  }
}

function memberChange({ member }: MemberChanged): MemberChange {
  const { userId, membership = '', joinedAtMs, ended } = member;
  if (ended === undefined || membership !== '') return { userId, change: 'joined', membership, atMs: joinedAtMs };
  return { userId, change: 'left', reason: ended.reason, membership: ended.membership, atMs: ended.atMs };
}

/** Everybody knows: the row goes, or keeps what outlives the membership. If it has changed since, that is in the stream too. */
async function settle(deps: Deps, member: Member): Promise<void> {
  const rest = told(member, deps.settings.leaveEndsAllDevices);
  if (isWorthKeeping(rest, deps.now())) await deps.store.putMember(rest, member.revision);
  else await deps.store.deleteMember(member);
}
