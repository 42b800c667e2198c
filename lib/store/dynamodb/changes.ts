import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Member } from '../../domain/member.ts';
import type { Change, StreamImage, StreamRecord } from '../changes.ts';
import { StoreFault } from '../room-store.ts';
import { toBroadcast } from './broadcasts.ts';
import { toErasure } from './erasures.ts';
import { broadcastKey, erasureKey, type Key, memberKey, presenceKey, roomKey } from './keys.ts';
import { toMember, toSender } from './member-row.ts';
import { toPresence } from './presences.ts';
import { toRoom } from './room-row.ts';
import {
  broadcastShape,
  erasureShape,
  hasShape,
  isSender,
  memberShape,
  presenceShape,
  roomShape,
  type Shape,
} from './shapes.ts';
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
    if (eventName === 'REMOVE') return toEnd(rowOf(image), ApproximateCreationDateTime * 1000);
    return toChange(rowOf(image), OldImage);
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
  const { sender, ...rest } = member;
  const change = { kind: 'ended', member: { ...rest, membershipId: undefined, ended }, rowIsDeleted: true } as const;
  return sender === undefined ? change : { ...change, sender };
}

/** `before`: the row that the write replaced; who a former member was is only there. */
function toChange(row: Row, before: StreamImage | undefined): Change | undefined {
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
      if (member.ended === undefined) return undefined;
      const change = { kind: 'ended', member, rowIsDeleted: false } as const;
      const sender = senderBefore(before);
      return sender === undefined ? change : { ...change, sender };
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

const rowOf = (image: StreamImage): Row => unmarshall(image as Parameters<typeof unmarshall>[0]);

/** An end is reported without it rather than not at all. */
function senderBefore(image: StreamImage | undefined): Member['sender'] {
  if (image?.sender === undefined) return undefined;
  const { sender } = rowOf({ sender: image.sender });
  return isSender(sender) ? toSender(sender as NonNullable<Member['sender']>) : undefined;
}

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
