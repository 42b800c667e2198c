import type { Room } from '../../domain/room.ts';
import { frameBytes } from '../../protocol/frame-size.ts';
import { FRAME_BYTES_MAX } from '../../protocol/limits.ts';
import type { NoticedChange } from '../../store/room-store.ts';

const CHANGES_IN_FRAME = 100;

/** Parts of the changes, in their order, that each fit in one frame of members: names and pictures make some long. */
export function inFrames({ roomId, epoch }: Room, changes: readonly NoticedChange[]): readonly NoticedChange[][] {
  const empty = frameBytes({ event: 'members', room: roomId, roomEpoch: epoch, changes: [] });
  const parts: NoticedChange[][] = [];
  let bytes = FRAME_BYTES_MAX;
  for (const change of changes) {
    // And a comma.
    const added = frameBytes(change) + 1;
    const part = parts.at(-1);
    if (part !== undefined && part.length < CHANGES_IN_FRAME && bytes + added <= FRAME_BYTES_MAX) {
      part.push(change);
      bytes += added;
    } else {
      parts.push([change]);
      bytes = empty + added;
    }
  }
  return parts;
}
