import { describe, expect, test } from 'vitest';
import { decideLogin, decideTake, holderOf, isBefore, isOfOneRun, type Login, runOf } from '../../lib/domain/logins.ts';

const DAY_MS = 24 * 3600 * 1000;
const startMs = 1_800_000_000_000;
const login = (loginId: string, sinceMs: number, lastMs = sinceMs): Login => ({
  loginId,
  sinceMs: startMs + sinceMs,
  lastMs: startMs + lastMs,
});
const decide = (known: readonly Login[], loginId: string, atMs: number) => decideLogin(known, loginId, startMs + atMs);

describe('a login', () => {
  test('is noted when it is the first or later than all others', () => {
    expect(decide([], 'a', 5)).toEqual({ kind: 'latest', sinceMs: startMs + 5, next: [login('a', 5)] });
    expect(decide([login('a', 5)], 'b', 7)).toEqual({
      ...{ kind: 'latest', sinceMs: startMs + 7 },
      next: [login('a', 5), login('b', 7)],
    });
  });

  test('is refused when another has followed it, even if it was not noted yet', () => {
    const known = [login('a', 5), login('b', 7)];
    expect(decide(known, 'a', 9)).toEqual({ kind: 'followed' });
    expect(decide(known, 'c', 6)).toEqual({ kind: 'followed' });
  });

  test('is as old as its first connection, and its note is renewed once a day', () => {
    const known = [login('a', 5), login('b', 7)];
    expect(decide(known, 'b', DAY_MS + 6)).toEqual({ kind: 'latest', sinceMs: startMs + 7 });
    expect(decide(known, 'b', DAY_MS + 7)).toEqual({
      ...{ kind: 'latest', sinceMs: startMs + 7 },
      next: [login('a', 5), login('b', 7, DAY_MS + 7)],
    });
  });

  test('is forgotten when 20 have followed it', () => {
    const known = Array.from({ length: 20 }, (_, index) => login(`r${index}`, index));
    const decided = decide(known, 'new', 50);
    expect(decided).toMatchObject({ kind: 'latest', next: [...known.slice(1), login('new', 50)] });
    const next = 'next' in decided ? (decided.next ?? []) : [];
    expect(decide(next, 'r1', 51)).toEqual({ kind: 'followed' });
    expect(decide(next, 'r0', 51)).toMatchObject({ kind: 'latest' });
  });

  test('is not before itself', () => {
    const login = { loginId: 'a', sinceMs: 5 };
    expect(isBefore(login, login)).toBe(false);
  });

  test('has an order with another of the same time', () => {
    const [a, b] = [login('a', 5), login('b', 5)];
    expect([isBefore(a, b), isBefore(b, a)]).toEqual([true, false]);
    expect(decide([b], 'a', 5)).toEqual({ kind: 'followed' });
    expect(decide([a], 'b', 5)).toMatchObject({ kind: 'latest' });
  });
});

describe('a login that takes a device, where a second one is refused', () => {
  const take = (known: readonly Login[], loginId: string, atMs: number) => decideTake(known, loginId, startMs + atMs);

  test('leaves only the logins of its own client', () => {
    const known = [login('a_1', 5), login('b_1', 7)];
    expect(holderOf(known)).toEqual(login('b_1', 7));
    expect(take(known, 'c_1', 9)).toEqual({ kind: 'latest', sinceMs: startMs + 9, next: [login('c_1', 9)] });
    expect(take(known, 'a_2', 9)).toMatchObject({ next: [login('a_1', 5), login('a_2', 9)] });
  });

  test('is always written, also where nothing is new', () => {
    expect(take([login('a_1', 5)], 'a_1', 9)).toEqual({
      ...{ kind: 'latest', sinceMs: startMs + 5 },
      next: [login('a_1', 5)],
    });
  });

  test('is refused when another login of its client has followed it', () => {
    expect(take([login('a_1', 5), login('a_2', 7)], 'a_1', 9)).toEqual({ kind: 'followed' });
  });

  test('is of the run that its id begins with', () => {
    expect(['k3_1', 'k3_x_2', 'k3', '_1'].map(runOf)).toEqual(['k3', 'k3_x', 'k3', '_1']);
    expect([isOfOneRun('k3_1', 'k3_2'), isOfOneRun('k3_1', 'k4_1')]).toEqual([true, false]);
  });
});
