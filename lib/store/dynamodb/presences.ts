import type { Presence } from '../../domain/presence.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { PresenceRead, Presences } from '../presences.ts';
import { toConnection } from './connection-row.ts';
import { CONNECTION_PREFIX, expiredBySec, expiry, type Key, presenceKey } from './keys.ts';
import { named, type Row, type Table } from './table.ts';
import { isDone } from './write-outcome.ts';

/** What was announced of a user, with the user. */
export interface AnnouncedPresence extends Presence {
  readonly userId: UserId;
}

/** The presence of users in DynamoDB. A put is an event of the table's stream. */
export class DynamoPresences implements Presences {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly readPresence = async (user: UserId): Promise<PresenceRead> => {
    const { pk, sk } = presenceKey(user);
    const rows: Row[] = [];
    let start: Key | undefined;
    // One range has both, and the few rows of logins, which sort between them.
    do {
      const page = await this.#table.query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': CONNECTION_PREFIX, ':last': sk },
        ExclusiveStartKey: start,
      });
      rows.push(...page.rows);
      start = page.next;
    } while (start !== undefined);
    const announced = rows.find((row) => row.sk === sk);
    return {
      announced: announced && presenceIn(toPresence(announced)),
      connections: rows.filter((row) => String(row.sk).startsWith(CONNECTION_PREFIX)).map(toConnection),
    };
  };

  readonly announcePresence = async (
    user: UserId,
    announced: Presence | undefined,
    next: Presence,
    expiresAtMs: number | undefined,
  ): Promise<boolean> => {
    // sweep A: read offline 3 ----------------- put online 7 -> refused: another one has announced it
    // sweep B: read offline 3 -- put online 7
    // sweep A: put online 7 -> stored, answer lost ----- put -> refused, finds it: done
    const put = this.#table.put({
      Item: {
        ...presenceKey(user),
        ...{ userId: user, ...next, event: 'presence' },
        ...(expiresAtMs === undefined ? {} : expiry(expiresAtMs)),
      },
      ...stillAnnounced(announced, this.#table.now()),
    });
    return isDone(put, async () => (await this.readPresence(user)).announced?.sinceMs === next.sinceMs);
  };

  readonly deletePresence = async (user: UserId): Promise<void> => {
    await this.#table.delete({ Key: presenceKey(user), ReturnValues: 'NONE' });
  };
}

const stillAnnounced = (announced: Presence | undefined, nowMs: number) =>
  announced === undefined
    ? {
        ConditionExpression: 'attribute_not_exists(pk) OR #expiresAtSec <= :nowSec',
        ExpressionAttributeNames: named('expiresAtSec'),
        ExpressionAttributeValues: { ':nowSec': expiredBySec(nowMs) },
      }
    : {
        ConditionExpression: '#sinceMs = :sinceMs',
        ExpressionAttributeNames: named('sinceMs'),
        ExpressionAttributeValues: { ':sinceMs': announced.sinceMs },
      };

export function toPresence(row: Row): AnnouncedPresence {
  const { userId, state, sinceMs } = row as unknown as AnnouncedPresence;
  return { userId, state, sinceMs };
}

const presenceIn = ({ state, sinceMs }: AnnouncedPresence): Presence => ({ state, sinceMs });
