import type { Login } from '../../domain/logins.ts';
import type { Device } from '../../domain/member.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { LoginList, Logins } from '../logins.ts';
import { expiry, loginKey } from './keys.ts';
import { atRevision, randomRevision } from './revision.ts';
import type { Table } from './table.ts';
import { isDone } from './write-outcome.ts';

/** The order of logins in DynamoDB, a row for each device. */
export class DynamoLogins implements Logins {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly getLogins = async (userId: UserId, device: Device, read?: 'consistent' | 'eventual'): Promise<LoginList> => {
    const row = (await this.#table.get(loginKey(userId, device), read)) ?? {};
    const { revision = 0, logins = [] } = row as {
      readonly revision?: number;
      readonly logins?: readonly string[];
    };
    return { userId, device, revision, logins: logins.map(toLogin) };
  };

  readonly putLogins = async (
    { userId, device, revision, logins }: LoginList,
    expiresAtMs: number,
  ): Promise<boolean> => {
    const own = randomRevision(this.#table.random);
    // A: read logins 1 ------------------- put 1, 2 -> refused: A reads again and finds 3
    // B: ---------------- put 1, 3
    // A: put -> stored, answer lost ------ put -> refused, finds its own revision: done
    const put = this.#table.put({
      Item: { ...loginKey(userId, device), revision: own, logins: logins.map(textOf), ...expiry(expiresAtMs) },
      ...atRevision(revision, this.#table.now()),
    });
    return isDone(put, async () => (await this.getLogins(userId, device)).revision === own);
  };
}

/** As text, because the keys of a map would be half of the row. A login id has no '#'. */
const textOf = ({ loginId, sinceMs, lastMs }: Login): string => `${sinceMs}#${lastMs}#${loginId}`;

function toLogin(text: string): Login {
  const [sinceMs, lastMs, loginId = ''] = text.split('#');
  return { loginId, sinceMs: Number(sinceMs), lastMs: Number(lastMs) };
}
