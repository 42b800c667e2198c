import type { Room } from '../../domain/room.ts';
import type { PushFrame } from '../../protocol/push-frames.ts';
import type { ListedConnection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { audience } from './audience.ts';
import { postFrames } from './post-frames.ts';

/** What members get: the same frame for all, or the frame as each user sees it. */
export interface Delivered {
  readonly frame: PushFrame | ((userId: string) => PushFrame);
  /** This user gets it on no connection. */
  readonly exceptUserId?: string | undefined;
}

/** Posts it to those of the connections that get it. */
export async function postDelivered(
  deps: Deps,
  room: Room,
  connections: readonly ListedConnection[],
  { frame, exceptUserId }: Delivered,
): Promise<void> {
  const framesFor = typeof frame === 'function' ? (userId: string) => [frame(userId)] : () => [frame];
  const targets = connections.filter(({ userId }) => userId !== exceptUserId);
  await postFrames(deps, room.roomId, targets, framesFor);
}

/** Delivers a frame, or the frame as each user sees it, to every connection in the room. */
export async function fanOut(deps: Deps, room: Room, frame: Delivered['frame']): Promise<void> {
  for await (const connections of audience(deps, room)) await postDelivered(deps, room, connections, { frame });
}
