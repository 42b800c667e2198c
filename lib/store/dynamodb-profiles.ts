import type { Profile } from '../domain/access.ts';
import type { UserId } from '../domain/ids.ts';
import type { Table } from './dynamodb-table.ts';
import { profileKey } from './keys.ts';
import type { Users } from './users.ts';

/** What an app told of its users, in DynamoDB. */
export class DynamoProfiles implements Pick<Users, 'getProfile' | 'setProfile'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async getProfile(user: UserId): Promise<Profile | undefined> {
    const row = await this.#table.get(profileKey(user));
    if (row === undefined) return undefined;
    const { userId, name, portraitUri, createdAtMs } = row as unknown as Profile;
    return { userId, name, portraitUri, createdAtMs };
  }

  async setProfile(
    user: UserId,
    change: { readonly name?: string | undefined; readonly portraitUri?: string | undefined },
    nowMs: number,
  ): Promise<void> {
    const firstCounts = (name: string) => `#${name} = if_not_exists(#${name}, :${name})`;
    const lastCounts = (name: string) => `#${name} = :${name}`;
    const sets = [
      lastCounts('userId'),
      (change.name === undefined ? firstCounts : lastCounts)('name'),
      (change.portraitUri === undefined ? firstCounts : lastCounts)('portraitUri'),
      firstCounts('createdAtMs'),
    ];
    await this.#table.update({
      Key: profileKey(user),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ExpressionAttributeNames: {
        '#userId': 'userId',
        '#name': 'name',
        '#portraitUri': 'portraitUri',
        '#createdAtMs': 'createdAtMs',
      },
      ExpressionAttributeValues: {
        ':userId': user,
        ':name': change.name ?? '',
        ':portraitUri': change.portraitUri ?? '',
        ':createdAtMs': nowMs,
      },
    });
  }
}
