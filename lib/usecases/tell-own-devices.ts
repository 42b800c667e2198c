import type { RoomId } from '../domain/ids.ts';
import type { Caller, Deps } from './deps.ts';

/** A user's other devices hear of his own joins and leaves; another connection of the same device does not. */
export async function tellOwnDevices(
  deps: Deps,
  { userId, connectionId }: Caller,
  room: RoomId,
  change: 'joined' | 'left',
): Promise<void> {
  const known = await deps.store.connectionsEverOf(userId);
  const device = known.find((own) => own.connectionId === connectionId)?.device;
  const others = known.filter((other) => other.closedAtMs === undefined && other.device !== device);
  const frame = { event: 'sync', room, change, atMs: deps.now() } as const;
  for (const other of others) await deps.push.post(other.connectionId, frame);
}
