import type { Room } from '../../domain/room.ts';
import type { ConnectionId } from '../../protocol/ids.ts';
import type { PushFrame } from '../../protocol/push-frames.ts';
import type { Deps } from '../deps.ts';
import { audience } from './audience.ts';
import { postFrames } from './post-frames.ts';

/** Who does not get a frame: the connection that gets the answer instead, or a user on all connections. */
export interface Excluded {
  readonly connectionId?: ConnectionId;
  readonly userId?: string;
}

/** Delivers a frame, or the frame as each user sees it, to every connection in the room but those excluded. */
export async function fanOut(
  deps: Deps,
  room: Room,
  frame: PushFrame | ((userId: string) => PushFrame),
  except: Excluded = {},
): Promise<void> {
  const framesFor = typeof frame === 'function' ? (userId: string) => [frame(userId)] : () => [frame];
  for await (const page of audience(deps, room)) {
    const targets = page.filter((one) => one.connectionId !== except.connectionId && one.userId !== except.userId);
    await postFrames(deps, room.roomId, targets, framesFor);
  }
}
