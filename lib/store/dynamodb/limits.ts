import type { Limits } from '../limits.ts';
import { callsKey, expiredBySec, expiry, type Key, nonceKey, postsKey } from './keys.ts';
import { randomRevision } from './revision.ts';
import type { Table } from './table.ts';
import { isDone, REFUSED, unlessRefused } from './write-outcome.ts';

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

  readonly countCall = (path: string, atMs: number, limit: number): Promise<boolean> => {
    return this.#count(callsKey(path, atMs), 1, atMs, limit);
  };

  readonly takePosts = (atMs: number, posts: number, limit: number): Promise<boolean> => {
    return this.#count(postsKey(atMs), posts, atMs, limit);
  };

  async #count(key: Key, more: number, atMs: number, limit: number): Promise<boolean> {
    if (more > limit) return false;
    // A: 9 of 10 ---------- count 1 -> refused: B has taken the tenth
    // B: -------- count 1 -> 10
    // A: count -> done, answer lost -- count: counted twice, so fewer pass, never more
    const update = this.#table.update({
      Key: key,
      UpdateExpression: 'SET #calls = if_not_exists(#calls, :none) + :more, #expiresAtSec = :expiresAtSec',
      ConditionExpression: 'attribute_not_exists(#calls) OR #calls <= :left',
      ExpressionAttributeNames: { '#calls': 'calls', '#expiresAtSec': 'expiresAtSec' },
      ExpressionAttributeValues: {
        ':none': 0,
        ':more': more,
        ':left': limit - more,
        ':expiresAtSec': expiry(atMs + CALLS_KEPT_MS).expiresAtSec,
      },
    });
    return (await unlessRefused(update)) !== REFUSED;
  }
}
