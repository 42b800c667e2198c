import { expect, it } from 'vitest';
import type { Forward } from './http-proxy.ts';
import { observed } from './table.ts';

const answer = { status: 200, headers: {}, body: '{}' };

it.each<[string, Forward, string]>([
  ['an answer', async () => answer, 'answered'],
  ['no answer, because the table was killed after it had written', () => Promise.reject(new Error('reset')), 'reset'],
])('reports writes before a function gets %s', async (_, forward, end) => {
  const order: string[] = [];
  const observe = async () => void order.push('observed');
  await observed(forward, observe).then(
    () => order.push('answered'),
    ({ message }: Error) => order.push(message),
  );
  expect(order).toEqual(['observed', end]);
});
