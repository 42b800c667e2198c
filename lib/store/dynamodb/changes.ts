import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Change, StreamRecord } from '../changes.ts';
import { StoreFault } from '../room-store.ts';
import { toBroadcast } from './broadcasts.ts';
import { toErasure } from './erasures.ts';
import { broadcastKey, erasureKey, type Key, memberKey, presenceKey, roomKey } from './keys.ts';
import { toMember } from './member-row.ts';
import { toPresence } from './presences.ts';
import { toRoom } from './room-row.ts';
import { broadcastShape, erasureShape, hasShape, memberShape, presenceShape, roomShape, type Shape } from './shapes.ts';
import type { Row } from './table.ts';

/**
 * What a record of the stream reports; undefined = nothing.
 * @throws StoreFault if the row reports something and cannot be read; it names the event and the key, no other content.
 */
export function readChange({ eventName, dynamodb }: StreamRecord): Change | undefined {
  const { NewImage, OldImage, ApproximateCreationDateTime } = dynamodb;
  const reported = eventName === 'REMOVE' ? OldImage?.membershipId : NewImage?.event;
  const image = eventName === 'REMOVE' ? OldImage : NewImage;
  if (reported === undefined || image === undefined) return undefined;
  const change = unlessUnreadable(() => {
    const row = unmarshall(image as Parameters<typeof unmarshall>[0]);
    return eventName === 'REMOVE' ? toEnd(row, ApproximateCreationDateTime * 1000) : toChange(row);
  });
  if (change !== undefined) return change;
  const [event, pk, sk] = [reported, image.pk, image.sk].map(textOf);
  throw new StoreFault(`unable to read a change; the row ${pk} ${sk} says ${event} and is not whole`);
}

/** A membership that the deletion of its row has ended. */
function toEnd(row: Row, atMs: number): Change | undefined {
  const member = toMember(row);
  const { membershipId, offline } = member;
  if (membershipId === undefined || !isWhole(row, memberKey(member.roomId, member.userId), member, memberShape))
    return undefined;
  const reason = offline === undefined ? 'left' : 'offline';
  // The stream's times are whole seconds; no membership ends before it began.
  const ended = { membershipId, reason, atMs: Math.max(atMs, member.joinedAtMs), connections: [] } as const;
  return { kind: 'ended', member: { ...member, membershipId: undefined, ended }, rowIsDeleted: true };
}

function toChange(row: Row): Change | undefined {
  switch (row.event) {
    case 'room-created':
    case 'room-destroyed': {
      const room = toRoom(row);
      return isWhole(row, roomKey(room.roomId), room, roomShape) ? { kind: row.event, room } : undefined;
    }
    case 'broadcast': {
      const broadcast = toBroadcast(row);
      const isRead = isWhole(row, broadcastKey(broadcast.id), broadcast, broadcastShape);
      return isRead ? { kind: 'broadcast', broadcast } : undefined;
    }
    case 'erasure': {
      const erasure = toErasure(row);
      const isRead = isWhole(row, erasureKey(erasure.id), erasure, erasureShape);
      return isRead ? { kind: 'erasure', erasure } : undefined;
    }
    case 'presence': {
      const announced = toPresence(row);
      const { userId, ...presence } = announced;
      const isRead = isWhole(row, presenceKey(userId), announced, presenceShape);
      return isRead ? { kind: 'presence', userId, presence } : undefined;
    }
    case 'joined':
    case 'left':
    case 'offline':
    case 'blocked': {
      const member = toMember(row);
      if (!isWhole(row, memberKey(member.roomId, member.userId), member, memberShape)) return undefined;
      if (row.event === 'joined') return member.membershipId === undefined ? undefined : { kind: 'joined', member };
      return member.ended === undefined ? undefined : { kind: 'ended', member, rowIsDeleted: false };
    }
    default:
      return undefined;
  }
}

/**
 * Whether the row's key is that of the value read from it, and the value has all its fields. I-L2: a value of another kind
 * would fail what follows, and the batch with it, at each attempt.
 */
const isWhole = <T extends object>(row: Row, key: Key, value: T, shape: Shape<T>): boolean =>
  row.pk === key.pk && row.sk === key.sk && !Object.values(value).includes(undefined) && hasShape(value, shape);

/** The error may quote the row's content, so it is not passed on. */
function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'S' in value ? String(value.S) : '?';
