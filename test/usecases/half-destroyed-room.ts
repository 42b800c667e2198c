import type { World } from '../support/world.ts';

/** Leaves the room as a Lambda does that dies while it destroys it: ended, with all rows still there. */
export async function leaveRoomDestroyed({ deps, room, clock }: World): Promise<void> {
  const { epoch = '' } = (await deps.store.getRoom(room)) ?? {};
  await deps.store.destroyRoom(room, epoch, clock.nowMs, false);
}
