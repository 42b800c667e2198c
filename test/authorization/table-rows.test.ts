import { expect, it } from 'vitest';
import { differences, rowsByKey } from './table-rows.ts';

const rowsWith = (connections: unknown) => rowsByKey([{ pk: 'ROOM#r', sk: 'MEMBER#ann', connections }]);

it('rows differ by what their maps hold, and not by its order', () => {
  const before = rowsWith({ ann1: { order: 0, device: 'web' }, ann2: { order: 1, device: 'mobile' } });
  const same = rowsWith({ ann2: { device: 'mobile', order: 1 }, ann1: { device: 'web', order: 0 } });
  const other = rowsWith({ ann1: { order: 1, device: 'web' }, ann2: { order: 0, device: 'mobile' } });
  expect(differences(before, same)).toEqual([]);
  expect(differences(before, other)).toEqual(['ROOM#r MEMBER#ann .connections']);
});
