import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Change } from './changes.ts';
import { toBroadcast } from './dynamodb-broadcasts.ts';
import { toMember } from './dynamodb-member-row.ts';
import { toRoom } from './dynamodb-room-row.ts';
import type { Row } from './dynamodb-table.ts';
import { broadcastKey, type Key, memberKey, roomKey } from './keys.ts';
import { StoreFault } from './room-store.ts';

/** A row as the stream has it: a map of DynamoDB's typed values. */
export type StreamImage = Readonly<Record<string, unknown>>;

/**
 * What a record of the stream says, from its new image; undefined = nothing.
 * @throws StoreFault where the row has news and cannot be read; it names the row, and nothing else that is on it.
 */
export function readChange(image: StreamImage): Change | undefined {
  if (image.news === undefined) return undefined;
  const change = unlessUnreadable(() => toChange(unmarshall(image as Parameters<typeof unmarshall>[0])));
  if (change !== undefined) return change;
  const [news, pk, sk] = [image.news, image.pk, image.sk].map(textOf);
  throw new StoreFault(`unable to read a change; the row ${pk} ${sk} says ${news} and is not whole`);
}

function toChange(row: Row): Change | undefined {
  switch (row.news) {
    case 'room-created':
    case 'room-destroyed': {
      const room = toRoom(row);
      return isWhole(row, roomKey(room.room), room) ? { kind: row.news, room } : undefined;
    }
    case 'broadcast': {
      const broadcast = toBroadcast(row);
      return isWhole(row, broadcastKey(broadcast.id), broadcast) ? { kind: 'broadcast', broadcast } : undefined;
    }
    case 'joined':
    case 'left':
    case 'offline':
    case 'blocked': {
      const member = toMember(row);
      const kind = row.news === 'joined' ? 'joined' : 'ended';
      const isTold = kind === 'joined' ? member.membership !== undefined : member.ended !== undefined;
      return isTold && isWhole(row, memberKey(member.room, member.userId), member) ? { kind, member } : undefined;
    }
    default:
      return undefined;
  }
}

/** Is it the row of what was read from it, with all that this must have? */
const isWhole = (row: Row, key: Key, value: object): boolean =>
  row.pk === key.pk && row.sk === key.sk && !Object.values(value).includes(undefined);

/** What is wrong with a row may quote its content, so it is not handed on. */
function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'S' in value ? String(value.S) : '?';
