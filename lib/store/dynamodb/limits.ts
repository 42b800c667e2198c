import type { Limits } from '../limits.ts';
import { callsKey, expiredBySec, expiry, nonceKey } from './keys.ts';
import { randomRevision } from './revision.ts';
import { isDone, REFUSED, type Table, unlessRefused } from './table.ts';

/** The count of a second is useless after it; the margin allows for clocks that differ. */
const CALLS_KEPT_MS = 60_000;

/** What may happen only once, or at a limited rate, in DynamoDB. */
export class DynamoLimits implements Limits {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly useNonce = async (nonce: string, expiresAtMs: number): Promise<boolean> => {
    const use = randomRevision(this.#table.random);
    // A: put -> stored           B: put -> refused: it was used
    // A: put -> stored, answer lost -- put -> refused, finds its own use
    // An expired row is ignored.
    const put = this.#table.put({
      Item: { ...nonceKey(nonce), use, ...expiry(expiresAtMs) },
      ConditionExpression: 'attribute_not_exists(pk) OR #expiresAtSec <= :nowSec',
      ExpressionAttributeNames: { '#expiresAtSec': 'expiresAtSec' },
      ExpressionAttributeValues: { ':nowSec': expiredBySec(this.#table.now()) },
    });
    return isDone(put, async () => (await this.#table.get(nonceKey(nonce)))?.use === use);
  };

  readonly forgetNonce = async (nonce: string): Promise<void> => {
    await this.#table.delete({ Key: nonceKey(nonce) });
  };

  readonly countCall = async (path: string, atMs: number, limit: number): Promise<boolean> => {
    if (limit <= 0) return false;
    // A: 9 calls ------------ count -> refused: B has made the tenth call
    // B: --------- count -> 10
    // A: count -> done, answer lost -- count: counted twice, so fewer calls pass, never more
    const update = this.#table.update({
      Key: callsKey(path, atMs),
      UpdateExpression: 'SET #calls = if_not_exists(#calls, :none) + :one, #expiresAtSec = :expiresAtSec',
      ConditionExpression: 'attribute_not_exists(#calls) OR #calls < :limit',
      ExpressionAttributeNames: { '#calls': 'calls', '#expiresAtSec': 'expiresAtSec' },
      ExpressionAttributeValues: {
        ':none': 0,
        ':one': 1,
        ':limit': limit,
        ':expiresAtSec': expiry(atMs + CALLS_KEPT_MS).expiresAtSec,
      },
    });
    return (await unlessRefused(update)) !== REFUSED;
  };
}
