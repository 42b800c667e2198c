import type { Room } from '../../domain/room.ts';
import { splitEntries } from '../../protocol/frame-size.ts';
import { ENTRIES_BYTES_MAX } from '../../protocol/limits.ts';
import type { PushFrame } from '../../protocol/push-frames.ts';

/** The frames that notify members of one change; the values of removed entries are empty. */
export const entryFrames = (
  room: Room,
  revision: number,
  operation: 'set' | 'remove',
  entries: ReadonlyMap<string, string>,
): readonly PushFrame[] => {
  const parts = splitEntries(entries, ENTRIES_BYTES_MAX);
  return parts.map((part) => ({
    event: 'entries',
    room: room.roomId,
    roomEpoch: room.epoch,
    revision,
    operation,
    entries: Object.fromEntries(part),
    // So that a client notices when a part is lost.
    ...(parts.length > 1 ? { total: entries.size } : {}),
  }));
};
