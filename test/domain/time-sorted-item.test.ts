import { expect, it } from 'vitest';
import { earliestFirst, latestFirst, latestUpTo, userIn } from '../../lib/domain/time-sorted-item.ts';

/** As DynamoDB sorts keys. */
const byText = (one: string, other: string): number => (one < other ? -1 : 1);

it('sorts the latest first, or the earliest first', () => {
  expect(latestFirst(1_800_000_000_000, 'ann')).toBe('998199999999999#ann');
  expect(earliestFirst(1_800_000_000_000, 'ann')).toBe('001800000000000#ann');
  expect([latestFirst(0, 'a'), latestFirst(10 ** 15, 'a')]).toEqual(['999999999999999#a', '000000000000000#a']);
  const times = [3, 1, 20, 100];
  expect(times.map((ms) => latestFirst(ms, 'u')).toSorted(byText)).toEqual(
    [100, 20, 3, 1].map((ms) => latestFirst(ms, 'u')),
  );
  expect(times.map((ms) => earliestFirst(ms, 'u')).toSorted(byText)).toEqual(
    [1, 3, 20, 100].map((ms) => earliestFirst(ms, 'u')),
  );
});

it('gives back the user, for any user id', () => {
  for (const id of ['a', '0', '9'.repeat(64), 'constructor', 'a=b+c-d_e'])
    expect([userIn(latestFirst(5, id)), userIn(earliestFirst(5, id))]).toEqual([id, id]);
});

it('has an exclusive end time', () => {
  const end = latestUpTo(1000);
  expect([1001, 5000, 1000, 999].map((ms) => latestFirst(ms, '0') < end)).toEqual([true, true, false, false]);
});
