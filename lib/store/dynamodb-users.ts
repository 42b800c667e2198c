import { type Access, fullAccess, type Profile } from '../domain/access.ts';
import type { UserId } from '../domain/ids.ts';
import { type Table, unlessRefused } from './dynamodb-table.ts';
import { accessKey, profileKey } from './keys.ts';
import type { Users } from './users.ts';

/** What holds for a user in all rooms, in DynamoDB. */
export class DynamoUsers implements Users {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async getAccess(user: UserId): Promise<Access> {
    const row = await this.#table.get(accessKey(user));
    const { blockedUntilMs, mutedUntilMs, tokensFromMs }: Access = { ...fullAccess, ...row };
    return { blockedUntilMs, mutedUntilMs, tokensFromMs };
  }

  async setAccess(user: UserId, change: Partial<Omit<Access, 'tokensFromMs'>>): Promise<void> {
    const names = Object.keys(change);
    if (names.length === 0) return;
    // block: ----------- blockedUntilMs
    // mute:  -- mutedUntilMs: each names its own attribute, so none undoes another
    await this.#table.update({
      Key: accessKey(user),
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(Object.entries(change).map(([name, ms]) => [`:${name}`, ms])),
    });
  }

  async expireTokens(user: UserId, beforeMs: number): Promise<void> {
    // A: before 5 --------------- expire -> refused: 7 stays
    // B: ---------- before 7 -> 7
    const update = this.#table.update({
      Key: accessKey(user),
      UpdateExpression: 'SET #tokensFromMs = :beforeMs',
      ConditionExpression: 'attribute_not_exists(#tokensFromMs) OR #tokensFromMs < :beforeMs',
      ExpressionAttributeNames: { '#tokensFromMs': 'tokensFromMs' },
      ExpressionAttributeValues: { ':beforeMs': beforeMs },
    });
    await unlessRefused(update);
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
