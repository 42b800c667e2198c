import { inParallel } from '../domain/in-parallel.ts';
import type { Room } from '../domain/room.ts';
import type { UserId } from '../protocol/ids.ts';
import type { NoticeKind, PushFrame } from '../protocol/push-frames.ts';
import type { Deps } from './deps.ts';
import { fanOut } from './steps/fan-out.ts';

const USERS_IN_FLIGHT = 8;

export interface NoticeFields {
  readonly kind: NoticeKind;
  readonly userIds: readonly UserId[];
  /** 0 = without end, or no duration. */
  readonly durationMs: number;
  readonly extra: string;
}

/** Notifies everyone in the room, and the blocked users too, although a block has removed them from it. */
export async function notifyRoom(deps: Deps, room: Room, notice: NoticeFields): Promise<void> {
  const frame = frameOf(deps, room.roomId, notice);
  await fanOut(deps, room, frame);
  if (notice.kind === 'block') await postToUsers(deps, notice.userIds, frame);
}

/** Notifies these users, on all their devices, of a block or a mute in all rooms. */
export const notifyUsers = (deps: Deps, users: readonly UserId[], notice: NoticeFields): Promise<void> =>
  postToUsers(deps, users, frameOf(deps, '', notice));

const frameOf = (deps: Deps, room: string, notice: NoticeFields): PushFrame => ({
  event: 'notice',
  room,
  atMs: deps.now(),
  ...notice,
});

async function postToUsers(deps: Deps, users: readonly UserId[], frame: PushFrame): Promise<void> {
  await inParallel([...new Set(users)], USERS_IN_FLIGHT, async (user) => {
    for (const { connectionId } of await deps.store.connectionsOf(user)) await deps.push.post(connectionId, frame);
  });
}
