import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { expiredBySec } from './keys.ts';

type Condition = Pick<
  PutCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Random, so that a row which was deleted and made anew never carries a revision that was read before. */
export function randomRevision(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 19) * 2 ** 32 + low + 1;
}

/**
 * The condition that the row still has the revision which was read; 0 = there was none, and a row past its expiry is the
 * same as none. `lacks`: what says that there is none, where a row of an older version may have no revision.
 */
export function atRevision(revision: number, nowMs: number, lacks: 'pk' | 'revision' = 'pk'): Condition {
  if (revision !== 0) {
    return {
      ConditionExpression: '#revision = :revision',
      ExpressionAttributeNames: { '#revision': 'revision' },
      ExpressionAttributeValues: { ':revision': revision },
    };
  }
  return {
    ConditionExpression: 'attribute_not_exists(#lacks) OR #expiresAtSec <= :nowSec',
    ExpressionAttributeNames: { '#lacks': lacks, '#expiresAtSec': 'expiresAtSec' },
    ExpressionAttributeValues: { ':nowSec': expiredBySec(nowMs) },
  };
}
