import { describe, expect, test } from 'vitest';
import { isMarked, type SendMark, sendTurnOf, turnOf, turnsInUse } from '../../lib/domain/turns.ts';

const startMs = 1_800_000_000_000;

/** How many turns are taken at these times, and how long each refused one has to wait. */
function taken(perMinute: number, timesMs: readonly number[], cost = 1) {
  let tatMs = 0;
  let count = 0;
  const waits: number[] = [];
  for (const atMs of timesMs) {
    const turn = turnOf(tatMs, { turns: perMinute, refillMs: 60_000 }, cost, startMs + atMs);
    if (turn.kind === 'wait') waits.push(turn.retryAfterMs);
    else {
      tatMs = turn.tatMs;
      count += 1;
    }
  }
  return { count, waits };
}
const at = (atMs: number, count: number) => Array.from({ length: count }, () => atMs);

test('a limit by the second refills in a second', () => {
  const limit = { turns: 2, refillMs: 1_000 };
  const first = turnOf(0, limit, 1, startMs);
  expect(first).toEqual({ kind: 'turn', tatMs: startMs + 500 });
  expect(turnOf(startMs + 500, limit, 1, startMs)).toEqual({ kind: 'turn', tatMs: startMs + 1_000 });
  expect(turnOf(startMs + 1_000, limit, 1, startMs)).toEqual({ kind: 'wait', retryAfterMs: 500 });
  expect(turnOf(startMs + 1_000, limit, 1, startMs + 500)).toEqual({ kind: 'turn', tatMs: startMs + 1_500 });
});

describe('a limit by the minute', () => {
  test.each([1, 7, 10, 30, 60, 299, 300, 1000, 9_999, 10_000])('of %i allows that many at once', (perMinute) => {
    expect(taken(perMinute, at(0, perMinute + 1)).count).toBe(perMinute);
    // Also at a time that is not a whole millisecond.
    expect(taken(perMinute, at(777.25, perMinute + 1)).count).toBe(perMinute);
  });

  test('is approximate where it is large', () => {
    const { count } = taken(99_999, at(0.25, 101_000));
    expect(Math.abs(count - 99_999)).toBeLessThan(30);
  });

  test('frees a turn after its share of a minute, and says when', () => {
    expect(taken(60, at(0, 62))).toEqual({ count: 60, waits: [1000, 1000] });
    expect(taken(60, [...at(0, 60), 400])).toEqual({ count: 60, waits: [600] });
    expect(taken(60, [...at(0, 60), 1000]).count).toBe(61);
    expect(taken(60, [...at(0, 60), ...at(30_000, 40)]).count).toBe(90);
    expect(taken(60, [...at(0, 60), ...at(60_000, 70)]).count).toBe(120);
    expect(taken(60, [...at(0, 60), ...at(600_000, 70)]).count).toBe(120);
  });

  test('counts what a frame costs, at most a whole minute', () => {
    expect(taken(120, at(0, 20), 10)).toMatchObject({ count: 12 });
    expect(taken(5, at(0, 2), 10)).toEqual({ count: 1, waits: [60_000] });
  });

  test('survives a clock that was ahead', () => {
    const ahead = turnOf(0, { turns: 60, refillMs: 60_000 }, 1, startMs + 5000);
    expect(ahead).toEqual({ kind: 'turn', tatMs: startMs + 6000 });
    const tatMs = ahead.kind === 'turn' ? ahead.tatMs : 0;
    expect(turnOf(tatMs, { turns: 60, refillMs: 60_000 }, 1, startMs)).toEqual({ kind: 'turn', tatMs: startMs + 7000 });
  });

  test('drops counters that are unused again', () => {
    expect(turnsInUse({ join: startMs, ping: startMs + 1, leave: 0 }, startMs)).toEqual({ ping: startMs + 1 });
  });
});

describe('the sends of a user', () => {
  const marks = (...timesMs: number[]): SendMark[] =>
    timesMs.map((atMs, index) => ({ key: `k${index}`, atMs: startMs + atMs }));

  test('are limited by the second', () => {
    expect(sendTurnOf(marks(0, 0, 0, 0), 'new', 5, startMs)).toMatchObject({ kind: 'turn' });
    expect(sendTurnOf(marks(0, 0, 0, 0, 0), 'new', 5, startMs)).toEqual({ kind: 'wait', retryAfterMs: 1000 });
    expect(sendTurnOf(marks(0, 0, 0, 0, 0), 'new', 5, startMs + 999)).toEqual({ kind: 'wait', retryAfterMs: 1 });
    expect(sendTurnOf(marks(0, 0, 0, 0, 0), 'new', 5, startMs + 1000)).toMatchObject({ kind: 'turn' });
    expect(sendTurnOf(marks(0, 100, 200, 300), 'new', 2, startMs + 500)).toEqual({ kind: 'wait', retryAfterMs: 700 });
  });

  test('are recognised while an attempt may be under way', () => {
    expect(isMarked(marks(0, 5), 'k0', startMs + 31_999)).toBe(true);
    expect(isMarked(marks(0, 5), 'k0', startMs + 32_000)).toBe(false);
    expect(isMarked(marks(0, 5), 'k2', startMs)).toBe(false);
  });

  test('expire after 32 s, and the oldest makes way beyond 200', () => {
    const turn = sendTurnOf(marks(0, 1), 'new', 5, startMs + 32_000);
    expect(turn).toEqual({ kind: 'turn', sends: [...marks(0, 1).slice(1), { key: 'new', atMs: startMs + 32_000 }] });
    const many = marks(...Array.from({ length: 200 }, (_, index) => index));
    const one = sendTurnOf(many, 'new', 200, startMs + 5000);
    expect(one).toEqual({ kind: 'turn', sends: [...many.slice(1), { key: 'new', atMs: startMs + 5000 }] });
  });
});

test('a turn that comes half a turn too early waits, and one that comes a ms later does not', () => {
  const usedUpMs = 60_000 - 1_000 + 500;
  expect(turnOf(usedUpMs, { turns: 60, refillMs: 60_000 }, 1, 0)).toEqual({ kind: 'wait', retryAfterMs: 500 });
  expect(turnOf(usedUpMs, { turns: 60, refillMs: 60_000 }, 1, 1)).toEqual({ kind: 'turn', tatMs: usedUpMs + 1_000 });
});
