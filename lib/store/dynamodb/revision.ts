import { expiredBySec } from './keys.ts';
import type { InputOf } from './table.ts';

type Condition = Pick<InputOf<'Put'>, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>;

/** Random, so that a row that was deleted and created again never has a revision that was read before. */
export const randomRevision = (random: () => number): number => Math.floor(random() * 2 ** 51) + 1;

/** The row still has the revision that was read; 0 = there was no row, or only an expired one. */
export function atRevision(revision: number, nowMs: number): Condition {
  if (revision !== 0) {
    return {
      ConditionExpression: '#revision = :revision',
      ExpressionAttributeNames: { '#revision': 'revision' },
      ExpressionAttributeValues: { ':revision': revision },
    };
  }
  return {
    ConditionExpression: 'attribute_not_exists(pk) OR #expiresAtSec <= :nowSec',
    ExpressionAttributeNames: { '#expiresAtSec': 'expiresAtSec' },
    ExpressionAttributeValues: { ':nowSec': expiredBySec(nowMs) },
  };
}
