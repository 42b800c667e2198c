import type { RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import type { OwnConnection } from './disconnect-member.ts';

/** Notifies a user's other devices of a join or a leave; not another connection of the same device. */
export async function notifyOwnDevices(
  deps: Deps,
  { userId, device }: OwnConnection,
  room: RoomId,
  change: 'joined' | 'left',
): Promise<void> {
  const others = (await deps.store.connectionsOf(userId)).filter((other) => other.device !== device);
  const frame = { event: 'sync', room, change, atMs: deps.now() } as const;
  for (const other of others) await deps.push.post(other.connectionId, frame);
}
