import { inParallel } from '../domain/in-parallel.ts';
import { afterEndNotified, isWorthKeeping, type Member } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { EventQueue } from '../push/event-queue.ts';
import type { Broadcast, Change, NoticedChange } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { continueBroadcast, noticeOf, putBroadcast } from './steps/continue-broadcast.ts';
import { continueErasure } from './steps/continue-erasure.ts';
import { inFrames } from './steps/in-frames.ts';
import { shown } from './steps/member-sender.ts';
import { postToRoom } from './steps/post-to-room.ts';
import { removeEntriesOf } from './steps/remove-entries-of.ts';
import { LAST_ROOM } from './steps/walk-rooms.ts';
import { eventOf } from './steps/webhook-event.ts';

const ROOMS_IN_FLIGHT = 8;

type MemberChanged = Extract<Change, { member: Member }>;
type Notice = NonNullable<Broadcast['notice']>;
type Ended = Extract<Change, { kind: 'ended' }>;
/** A change with its position among the changes. */
type Positioned<T> = { readonly at: number; readonly change: T };

/** What one run shares. */
interface Run {
  readonly deps: Deps;
  readonly stopMs: number;
  /** Which of the changes are done, by their positions. */
  readonly done: boolean[];
  hasFailed: boolean;
}

/**
 * Reports the changes of the table's stream: events for the webhook, frames for members, and what follows from an end.
 * Returns how many of the changes, from the first on, are done; the stream repeats the others, and some that are done
 * after one that is not: events keep their ids, and a client ignores a change that it has seen. Begins nothing after
 * `stopMs` or after a fault, but one thing at least. Only a fault of storage or of the queue leaves a change undone.
 */
export async function announceChanges(
  deps: Deps,
  events: EventQueue | undefined,
  changes: readonly Change[],
  stopMs: number,
): Promise<number> {
  const run: Run = { deps, stopMs, done: changes.map(() => false), hasFailed: false };
  await attempt(run, async () => events?.put(changes.flatMap((change) => eventOf(change) ?? [])));
  // The queue is the same for all: none of them would get further.
  if (run.hasFailed) return 0;
  const positioned = changes.map((change, at) => ({ at, change }));
  for (const { at, change } of positioned) await attempt(run, () => listRoom(run, at, change));
  const [first, ...others] = byRoom(positioned);
  // A batch that begins with a change that fails is split until that one is alone: so nothing else is repeated with it.
  if (first !== undefined) await announceInRoom(run, first);
  await inParallel(others, ROOMS_IN_FLIGHT, async (ofRoom) => {
    if (mayBegin(run)) await announceInRoom(run, ofRoom);
  });
  for (const { at, change } of positioned) {
    if (mayBegin(run) || !run.done.includes(true)) await attempt(run, () => continueWalk(run, at, change));
  }
  // Of a presence there is nothing to do beside its event.
  const undone = changes.findIndex(({ kind }, at) => kind !== 'presence' && run.done[at] !== true);
  return undone < 0 ? changes.length : undone;
}

const mayBegin = ({ deps, stopMs, hasFailed }: Run): boolean => !hasFailed && deps.now() < stopMs;

async function attempt(run: Run, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (fault) {
    run.hasFailed = true;
    run.deps.onFault('announce changes', fault);
  }
}

async function listRoom({ deps, done }: Run, at: number, change: Change): Promise<void> {
  if (change.kind === 'room-created') await deps.store.addToList('rooms', [{ item: change.room.roomId, untilMs: 0 }]);
  else if (change.kind === 'room-destroyed') await deps.store.removeFromList('rooms', [change.room.roomId]);
  else return;
  done[at] = true;
}

async function continueWalk({ deps, stopMs, done }: Run, at: number, change: Change): Promise<void> {
  if (change.kind === 'broadcast') await continueBroadcast(deps, change.broadcast.id, stopMs);
  else if (change.kind === 'erasure') await continueErasure(deps, change.erasure.id, stopMs);
  else return;
  done[at] = true;
}

/** In the order of their first changes. */
function byRoom(changes: readonly Positioned<Change>[]): readonly (readonly Positioned<MemberChanged>[])[] {
  const rooms = new Map<RoomId, Positioned<MemberChanged>[]>();
  for (const { at, change } of changes) {
    if (change.kind !== 'joined' && change.kind !== 'ended') continue;
    const ofRoom = rooms.get(change.member.roomId);
    if (ofRoom === undefined) rooms.set(change.member.roomId, [{ at, change }]);
    else ofRoom.push({ at, change });
  }
  return [...rooms.values()];
}

async function announceInRoom(run: Run, positioned: readonly Positioned<MemberChanged>[]): Promise<void> {
  const { deps, done } = run;
  const roomId = positioned[0]?.change.member.roomId;
  if (roomId === undefined) return;
  await attempt(run, async () => {
    const room = await deps.store.getRoom(roomId);
    const changes = positioned.map(({ change }) => change);
    for (const { kind, member } of changes) if (kind === 'ended') await notifyFormerMember(deps, member);
    if (isLive(room) && deps.settings.notifyMemberChanges) await notifyMembers(run, room, changes);
    for (const { at, change } of positioned) {
      // One row that cannot be read holds up no other.
      await attempt(run, async () => {
        if (change.kind === 'ended') await finishEnd(deps, room, change);
        done[at] = true;
      });
    }
  });
}

async function finishEnd(deps: Deps, room: Room | undefined, { member, rowIsDeleted }: Ended): Promise<void> {
  if (isLive(room) && room.hasEntries) await removeEntriesOf(deps, room, member.userId);
  if (!rowIsDeleted) await settle(deps, member);
}

/** The room stays on the rows of these connections: the user may have joined again by now. */
async function notifyFormerMember(deps: Deps, { roomId, roomEpoch, ended }: Member): Promise<void> {
  if (ended === undefined) return;
  const { membershipId, reason } = ended;
  for (const connectionId of ended.connections) {
    await deps.push.post(connectionId, { event: 'removed', room: roomId, roomEpoch, membership: membershipId, reason });
  }
}

/**
 * These frames are not messages, so they evict nobody: only the next message does. What is left of a frame when the time
 * is up is put into a row of its own, from which the stream continues: a room of any size holds up no other.
 */
async function notifyMembers({ deps, stopMs }: Run, room: Room, all: readonly MemberChanged[]): Promise<void> {
  const ofRoom = all.filter(({ member }) => member.roomEpoch === room.epoch);
  for (const changes of inFrames(
    room,
    ofRoom.map((one) => memberChange(deps, one)),
  )) {
    const notice = { roomEpoch: room.epoch, changes };
    const delivered = noticeOf(room, notice);
    if (delivered === undefined) return;
    const cursor = await postToRoom(deps, room, delivered, { cursor: undefined, stopMs });
    if (cursor !== undefined) await putRest(deps, room, notice, cursor);
  }
}

const putRest = (deps: Deps, { roomId }: Room, notice: Notice, cursor: string): Promise<void> => {
  const walk = { afterRoom: LAST_ROOM, rest: [{ room: roomId, cursor }] };
  const noMessage = { fromUserId: '' as UserId, type: '', content: '', includeSender: true };
  const rest = { id: deps.randomId(), ...noMessage, sentAtMs: deps.now(), notice, ...walk };
  return putBroadcast(deps, rest, 'continue');
};

function memberChange(deps: Deps, { member, ...changed }: MemberChanged): NoticedChange {
  const { userId, membershipId = '', joinedAtMs, ended } = member;
  const who = shown(deps, changed.kind === 'ended' ? changed.sender : member.sender);
  if (ended === undefined || membershipId !== '')
    return { userId, change: 'joined', membership: membershipId, atMs: joinedAtMs, ...who };
  return { userId, change: 'left', reason: ended.reason, membership: ended.membershipId, atMs: ended.atMs, ...who };
}

/** After the end is reported: deletes the row, or keeps what outlives the membership. */
async function settle(deps: Deps, member: Member): Promise<void> {
  const rest = afterEndNotified(member, deps.settings.leaveEndsAllDevices);
  if (isWorthKeeping(rest, deps.now())) await deps.store.putMember(rest, member.revision);
  else await deps.store.deleteMember(member);
}
