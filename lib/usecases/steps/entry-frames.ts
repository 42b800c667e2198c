import type { Room } from '../../domain/room.ts';
import { frameBytes } from '../../protocol/frame-size.ts';
import { ENTRIES_BYTES_MAX } from '../../protocol/limits.ts';
import type { PushFrame } from '../../protocol/push-frames.ts';

/** The size of an entry in a frame, in bytes. */
export const bytesOf = (key: string, value: string): number => frameBytes({ [key]: value });

/** Divides entries, in their order, into parts that fit in a frame each. */
export function partsThatFit(entries: ReadonlyMap<string, string>): readonly ReadonlyMap<string, string>[] {
  const parts: Map<string, string>[] = [];
  let bytes = ENTRIES_BYTES_MAX;
  for (const [key, value] of entries) {
    bytes += bytesOf(key, value);
    if (bytes > ENTRIES_BYTES_MAX) {
      parts.push(new Map());
      bytes = bytesOf(key, value);
    }
    parts.at(-1)?.set(key, value);
  }
  return parts;
}

/** The frames that notify members of one change; the values of removed entries are empty. */
export const entryFrames = (
  room: Room,
  revision: number,
  operation: 'set' | 'remove',
  entries: ReadonlyMap<string, string>,
): readonly PushFrame[] => {
  const parts = partsThatFit(entries);
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
