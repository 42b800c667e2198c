import { type DeliveryState, messageIdAt, type Room, type StoredMessage, type TailEntry } from '../../domain/room.ts';
import type { Row } from './table.ts';

/** What the row keeps of a message in the tail: the rest follows from its seq. */
type TailContent = Omit<StoredMessage, 'seq' | 'messageId' | 'sentAtMs'>;

/** The room as one row. Maps, not lists, so that a write changes its own keys without reading the others. */
interface RoomRow extends Omit<Room, 'tail' | 'allowlistedSince' | 'delivery'> {
  readonly allowlistedSeq: Readonly<Record<string, number>>;
  readonly allowlistedAtMs: Readonly<Record<string, number>>;
  /** The tail's times when they were put on the list, as long as `allowlistedAtMs` does not include them. */
  readonly allowlistedTimes: Readonly<Record<string, readonly number[]>>;
  /** The time of the last message that has left the tail. */
  readonly lastMessageAtMs: number;
  /** Ids in the order of their seqs, up to `seq`: a list, so that a write gets its seq without a read. */
  readonly tail: readonly string[];
  /** The sender's time of each: a later one may be earlier. */
  readonly tailTimes: readonly number[];
  /** Messages by id; those that are not here have rows of their own. */
  readonly tailContents: Readonly<Record<string, TailContent>>;
  readonly deliveredSeq: number;
  readonly deliveredAtMs: number;
  readonly crowdedUntilMs: number;
  /** Two attributes, so that the write that accepts a message takes the lease if nobody holds it. */
  readonly deliveryId?: string | undefined;
  readonly deliveryUntilMs?: number | undefined;
}

export function toRoomRow({ tail, allowlistedSince, delivery, ...rest }: Room): RoomRow {
  const positions = Object.entries(allowlistedSince);
  const { lease, ...progress } = delivery;
  const contents = tail.flatMap(({ id, message }) =>
    message === undefined ? [] : [[id, tailContent(message)] as const],
  );
  return {
    ...rest,
    allowlistedSeq: Object.fromEntries(positions.map(([user, position]) => [user, position.seq])),
    allowlistedAtMs: Object.fromEntries(positions.map(([user, position]) => [user, position.lastMessageAtMs])),
    allowlistedTimes: {},
    tail: tail.map(({ id }) => id),
    tailTimes: tail.map(({ sentAtMs }) => sentAtMs),
    tailContents: Object.fromEntries(contents),
    ...progress,
    ...(lease === undefined ? {} : { deliveryId: lease.id, deliveryUntilMs: lease.untilMs }),
  };
}

export const tailContent = ({ seq: _seq, messageId: _messageId, sentAtMs: _at, ...content }: StoredMessage) => content;

/** Times never decrease in a room, whatever the clocks of its senders say: each is at least that of the one before. */
const latest = (fromMs: number, times: readonly number[]): number => times.reduce((a, b) => Math.max(a, b), fromMs);

function toTail({ seq: lastSeq, lastMessageAtMs, tail, tailTimes, tailContents }: RoomRow): readonly TailEntry[] {
  let sentAtMs = lastMessageAtMs;
  return tail.map((id, index) => {
    const seq = lastSeq - tail.length + 1 + index;
    sentAtMs = Math.max(sentAtMs, tailTimes[index] ?? 0);
    const content = tailContents[id];
    return {
      ...{ seq, id, sentAtMs },
      ...(content === undefined ? {} : { message: { ...content, seq, messageId: messageIdAt(seq, id), sentAtMs } }),
    };
  });
}

function toDelivery(row: RoomRow): DeliveryState {
  const { deliveredSeq, deliveredAtMs, crowdedUntilMs, deliveryId, deliveryUntilMs = 0 } = row;
  return {
    ...{ deliveredSeq, deliveredAtMs, crowdedUntilMs },
    ...(deliveryId === undefined ? {} : { lease: { id: deliveryId, untilMs: deliveryUntilMs } }),
  };
}

export function toRoom(row: Row): Room {
  const stored = row as unknown as RoomRow;
  const { allowlistedSeq, allowlistedAtMs, allowlistedTimes } = stored;
  const allowlistedSince = Object.entries(allowlistedSeq).map(([user, seq]) => [
    user,
    { seq, lastMessageAtMs: latest(allowlistedAtMs[user] ?? 0, allowlistedTimes[user] ?? []) },
  ]);
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
    lastMessageAtMs: latest(stored.lastMessageAtMs, stored.tailTimes),
    sendPermissionVersion: stored.sendPermissionVersion,
    muted: stored.muted,
    distributionStopped: stored.distributionStopped,
    lastActiveAtMs: stored.lastActiveAtMs,
    ...(stored.realTimeKickOut === undefined ? {} : { realTimeKickOut: stored.realTimeKickOut }),
    ...(stored.slowModeSec === undefined ? {} : { slowModeSec: stored.slowModeSec }),
    hasEntries: stored.hasEntries,
    allowlistedSince: Object.fromEntries(allowlistedSince) as Room['allowlistedSince'],
    delistedSeq: stored.delistedSeq,
    taken: stored.taken,
    tail: toTail(stored),
    delivery: toDelivery(stored),
  };
}
