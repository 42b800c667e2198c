import type { RoomId } from '../domain/ids.ts';
import type { Caller, Deps } from './deps.ts';

/** A user's other devices hear of his own joins and leaves. */
export async function tellOwnDevices(
  deps: Deps,
  { userId, connectionId }: Caller,
  room: RoomId,
  change: 'joined' | 'left',
): Promise<void> {
  const others = (await deps.store.connectionsOf(userId)).filter((other) => other.connectionId !== connectionId);
  const frame = { event: 'sync', room, change, atMs: deps.now() } as const;
  for (const other of others) await deps.push.post(other.connectionId, frame);
}
