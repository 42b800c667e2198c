import type { UserId } from '../domain/ids.ts';
import type { Login } from '../domain/logins.ts';
import type { Device } from '../domain/member.ts';
import { ConditionFailed, type Table } from './dynamodb-table.ts';
import { expiredBySec, expiry, loginKey } from './keys.ts';
import type { LoginList, Logins } from './logins.ts';
import { randomRevision } from './random-revision.ts';

/** The order of logins in DynamoDB, a row for each device. */
export class DynamoLogins implements Logins {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async getLogins(userId: UserId, device: Device, read?: 'consistent' | 'glance'): Promise<LoginList> {
    const row = (await this.#table.get(loginKey(userId, device), read)) ?? {};
    const { revision = 0, logins = [] } = row as {
      readonly revision?: number;
      readonly logins?: readonly string[];
    };
    return { userId, device, revision, logins: logins.map(toLogin) };
  }

  async putLogins({ userId, device, revision, logins }: LoginList, expiresAtMs: number): Promise<boolean> {
    const own = randomRevision();
    // A: read logins 1 ------------------- put 1, 2 -> refused: A looks again and finds 3
    // B: ---------------- put 1, 3
    // A: put -> stored, answer lost ------ put -> refused, finds its own revision: done
    // A row past its expiry is the same as none.
    const guard =
      revision === 0
        ? { condition: 'attribute_not_exists(pk) OR #guard <= :guard', name: 'expiresAtSec', value: this.#nowSec() }
        : { condition: '#guard = :guard', name: 'revision', value: revision };
    try {
      await this.#table.put({
        Item: { ...loginKey(userId, device), revision: own, logins: logins.map(textOf), ...expiry(expiresAtMs) },
        ConditionExpression: guard.condition,
        ExpressionAttributeNames: { '#guard': guard.name },
        ExpressionAttributeValues: { ':guard': guard.value },
      });
      return true;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (!error.afterRetry) return false;
    }
    return (await this.getLogins(userId, device)).revision === own;
  }

  #nowSec(): number {
    return expiredBySec(this.#table.now());
  }
}

/** As text, because the words of a map would be half of the row. An instance has no '#'. */
const textOf = ({ instance, sinceMs, lastMs }: Login): string => `${sinceMs}#${lastMs}#${instance}`;

function toLogin(text: string): Login {
  const [sinceMs, lastMs, instance = ''] = text.split('#');
  return { instance, sinceMs: Number(sinceMs), lastMs: Number(lastMs) };
}
