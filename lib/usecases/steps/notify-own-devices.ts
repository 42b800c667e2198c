import type { RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import type { OwnConnection } from './disconnect-member.ts';

/**
 * Notifies a user's other devices of a join or a leave; not another connection of the same device. A notice that fails is
 * reported and lost: the join or the leave is done.
 */
export async function notifyOwnDevices(
  deps: Deps,
  { userId, device }: OwnConnection,
  room: RoomId,
  change: 'joined' | 'left',
): Promise<void> {
  try {
    const others = (await deps.store.connectionsOf(userId)).filter((other) => other.device !== device);
    const frame = { event: 'sync', room, change, atMs: deps.now() } as const;
    for (const other of others) await deps.push.post(other.connectionId, frame);
  } catch (fault) {
    deps.onFault("notify a user's other devices", fault);
  }
}
