import { messageIdAt, type Room, readMessageId, type StoredMessage } from '../../domain/room.ts';
import type { Row } from './table.ts';

/** The room as one row. Maps, not lists: then each write touches its own entries without having read the others. */
interface RoomRow extends Omit<Room, 'tail' | 'allowlistedSince'> {
  readonly allowlistedSeq: Readonly<Record<string, number>>;
  readonly allowlistedAtMs: Readonly<Record<string, number>>;
  /** By tail key. */
  readonly tail: Readonly<Record<string, Omit<StoredMessage, 'seq' | 'messageId'>>>;
  readonly tailSeq: Readonly<Record<string, number>>;
}

const RECALLED = '~recalled';

/** Where the recalled form of the message lies in the tail: whoever drops the plain one does not know this key. */
export const recalledKey = (id: string): string => `${id}${RECALLED}`;

/** Where a message that has left the tail lay in it. */
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
