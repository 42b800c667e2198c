import type { Profile } from '../../domain/access.ts';
import { earliestFirst } from '../../domain/time-sorted-item.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Users } from '../users.ts';
import { countKey, listKey, profileKey } from './keys.ts';
import { named, type Row, type Table } from './table.ts';
import { AnswerLost, isDone, REFUSED, unlessRefused } from './write-outcome.ts';

interface ProfileRow extends Profile {
  /** The user is in the list `users`, and is counted. */
  readonly listed?: true;
}

/** The profiles of users, and the list of users, in DynamoDB. */
export class DynamoProfiles implements Pick<Users, 'getProfile' | 'setProfile' | 'deleteProfile' | 'countUsers'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly getProfile = async (user: UserId): Promise<Profile | undefined> => {
    const row = await this.#table.get(profileKey(user));
    return row === undefined ? undefined : toProfile(row);
  };

  readonly setProfile = async (
    user: UserId,
    change: { readonly name?: string | undefined; readonly portraitUri?: string | undefined },
    nowMs: number,
  ): Promise<void> => {
    const firstCounts = (name: string) => `#${name} = if_not_exists(#${name}, :${name})`;
    const lastCounts = (name: string) => `#${name} = :${name}`;
    const sets = [
      lastCounts('userId'),
      (change.name === undefined ? firstCounts : lastCounts)('name'),
      (change.portraitUri === undefined ? firstCounts : lastCounts)('portraitUri'),
      firstCounts('createdAtMs'),
    ];
    const row = await this.#table.update({
      Key: profileKey(user),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ExpressionAttributeNames: named('userId', 'name', 'portraitUri', 'createdAtMs'),
      ExpressionAttributeValues: {
        ':userId': user,
        ':name': change.name ?? '',
        ':portraitUri': change.portraitUri ?? '',
        ':createdAtMs': nowMs,
      },
    });
    const { listed, createdAtMs } = row as unknown as ProfileRow;
    if (listed === undefined) await this.#list(user, createdAtMs);
  };

  readonly deleteProfile = async (user: UserId): Promise<void> => {
    const profile = await this.getProfile(user);
    if (profile === undefined) return;
    const { createdAtMs } = profile;
    await this.#unlist(user, createdAtMs);
    // delete: read 5 ----------------------- delete -> refused: it is a new profile
    // other:  -------- deleted -- created, 7
    const deletion = this.#table.delete({
      Key: profileKey(user),
      ConditionExpression: 'attribute_not_exists(pk) OR #createdAtMs = :createdAtMs',
      ExpressionAttributeNames: named('createdAtMs'),
      ExpressionAttributeValues: { ':createdAtMs': createdAtMs },
    });
    await unlessRefused(deletion);
  };

  readonly countUsers = async (): Promise<number> => {
    return Number((await this.#table.get(countKey('users')))?.entries ?? 0);
  };

  /** Runs at the first write of the profile; if it is interrupted, again at the next. */
  async #list(user: UserId, createdAtMs: number): Promise<void> {
    // Counts first, so that a Lambda that dies leaves a count that is too high, never too low.
    await this.#count(1);
    // A: put -> stored            B: put -> refused: it is counted already, and B reverts its own count
    // A: put -> stored, answer lost -- put -> refused: it may be A's own, so it stays counted
    const put = this.#table.put({
      Item: { ...listKey('users', earliestFirst(createdAtMs, user)), untilMs: 0 },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    if (!(await isDone(put, async () => true))) await this.#count(-1);
    // list:   counted, put ------------------- listed -> refused: it is unlisted
    // delete: ------------- deletes the profile
    const mark = this.#table.update({
      Key: profileKey(user),
      UpdateExpression: 'SET #listed = :true',
      ConditionExpression: '#createdAtMs = :createdAtMs',
      ExpressionAttributeNames: named('listed', 'createdAtMs'),
      ExpressionAttributeValues: { ':true': true, ':createdAtMs': createdAtMs },
    });
    if ((await unlessRefused(mark)) === REFUSED) await this.#unlist(user, createdAtMs);
  }

  async #unlist(user: UserId, createdAtMs: number): Promise<void> {
    const before = await this.#table.delete({ Key: listKey('users', earliestFirst(createdAtMs, user)) });
    if (before !== undefined) await this.#count(-1);
  }

  /** Does not repeat a decrement whose answer was lost: the count may be too high, never too low. */
  async #count(by: 1 | -1): Promise<void> {
    const update = this.#table.update(
      {
        Key: countKey('users'),
        UpdateExpression: 'ADD #entries :by',
        ExpressionAttributeNames: named('entries'),
        ExpressionAttributeValues: { ':by': by },
      },
      by === 1 ? 'repeat' : 'report-lost',
    );
    try {
      await update;
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
    }
  }
}

function toProfile(row: Row): Profile {
  const { userId, name, portraitUri, createdAtMs } = row as unknown as Profile;
  return { userId, name, portraitUri, createdAtMs };
}
