import { messageIdAt, type Room, readMessageId, type StoredMessage } from '../../domain/room.ts';
import type { Row } from './table.ts';

/** The room as one row. Maps, not lists, so that a write changes its own keys without reading the others. */
interface RoomRow extends Omit<Room, 'tail' | 'allowlistedSince'> {
  readonly allowlistedSeq: Readonly<Record<string, number>>;
  readonly allowlistedAtMs: Readonly<Record<string, number>>;
  /** By tail key. */
  readonly tail: Readonly<Record<string, Omit<StoredMessage, 'seq' | 'messageId'>>>;
  readonly tailSeq: Readonly<Record<string, number>>;
}

const RECALLED = '~recalled';

/** The key of the recalled form in the tail: a write that removes the plain form does not touch it. */
export const recalledKey = (id: string): string => `${id}${RECALLED}`;

/** The key of a message in the tail. */
export function tailKey({ messageId, recalled }: StoredMessage): string {
  const id = readMessageId(messageId)?.id ?? messageId;
  return recalled ? recalledKey(id) : id;
}

const idIn = (key: string): string => (key.endsWith(RECALLED) ? key.slice(0, -RECALLED.length) : key);

export function toRoomRow({ tail, allowlistedSince, ...rest }: Room): RoomRow {
  const positions = Object.entries(allowlistedSince);
  return {
    ...rest,
    allowlistedSeq: Object.fromEntries(positions.map(([user, position]) => [user, position.seq])),
    allowlistedAtMs: Object.fromEntries(positions.map(([user, position]) => [user, position.lastMessageAtMs])),
    tail: Object.fromEntries(tail.map((message) => [tailKey(message), tailContent(message)])),
    tailSeq: Object.fromEntries(tail.map((message) => [tailKey(message), message.seq])),
  };
}

/** What the tail keeps under the key: seq and message id follow from the row. */
export const tailContent = ({ seq: _seq, messageId: _messageId, ...content }: StoredMessage) => content;

export function toRoom(row: Row): Room {
  const stored = row as unknown as RoomRow;
  const { allowlistedSeq, allowlistedAtMs, tailSeq } = stored;
  const allowlistedSince = Object.entries(allowlistedSeq).map(([user, seq]) => [
    user,
    { seq, lastMessageAtMs: allowlistedAtMs[user] ?? 0 },
  ]);
  const tail = Object.entries(stored.tail).map(([key, content]) => {
    const seq = tailSeq[key] ?? 0;
    return { ...content, messageId: messageIdAt(seq, idIn(key)), seq };
  });
  return {
    roomId: stored.roomId,
    name: stored.name,
    epoch: stored.epoch,
    createdAtMs: stored.createdAtMs,
    destroyType: stored.destroyType,
    destroyAfterMin: stored.destroyAfterMin,
    ...(stored.destroyedAtMs === undefined ? {} : { destroyedAtMs: stored.destroyedAtMs }),
    ...(stored.destroyedAutomatically === undefined ? {} : { destroyedAutomatically: stored.destroyedAutomatically }),
    ...(stored.incomplete === undefined ? {} : { incomplete: stored.incomplete }),
    seq: stored.seq,
    lastMessageAtMs: stored.lastMessageAtMs,
    sendPermissionVersion: stored.sendPermissionVersion,
    muted: stored.muted,
    distributionStopped: stored.distributionStopped,
    lastActiveAtMs: stored.lastActiveAtMs,
    ...(stored.realTimeKickOut === undefined ? {} : { realTimeKickOut: stored.realTimeKickOut }),
    hasEntries: stored.hasEntries,
    allowlistedSince: Object.fromEntries(allowlistedSince) as Room['allowlistedSince'],
    delistedSeq: stored.delistedSeq,
    taken: stored.taken,
    tail: tail.sort((one, other) => one.seq - other.seq),
  };
}
