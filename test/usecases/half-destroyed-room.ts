import type { World } from '../support/world.ts';

/** As a Lambda leaves it that dies while it destroys the room: ended, with all rows still there. */
export async function leaveRoomDestroyed({ deps, room, clock }: World): Promise<void> {
  const { epoch = '' } = (await deps.store.getRoom(room)) ?? {};
  await deps.store.destroyRoom(room, epoch, clock.nowMs, false);
}
