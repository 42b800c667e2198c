import { describe, expect, test } from 'vitest';
import { check } from '../../support/checker/check.ts';
import type { HistoryEvent } from '../../support/checker/history.ts';
import { Model } from './model.ts';

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const users = ['ann', 'bob', 'carl', 'dora'];
const options = { messageLimit: 5, allowlistLimit: 9, multipleRooms: true, seesWebhook: false };

function historyOf(seed: number, steps: number, limit = options.messageLimit, epsMs = 0): readonly HistoryEvent[] {
  const random = randomOf(seed);
  const model = new Model(random, limit, epsMs);
  const oneOf = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
  for (let step = 0; step < steps; step += 1) {
    const user = oneOf(users);
    const chance = random();
    model.nowMs += Math.floor(random() * 50);
    if (random() < 0.005) model.rest(Math.floor(random() * 60_000));
    if (chance < 0.5) model.proceed();
    else if (chance < 0.55) model.connect(user);
    else if (chance < 0.6) model.lose(user);
    else if (chance < 0.68) model.ask(user, 'join');
    else if (chance < 0.7) model.ask(user, 'leave');
    else if (chance < 0.78) model.ask(user, 'send', { clientMessageId: `${Math.floor(random() * 50)}` });
    else if (chance < 0.82) model.ask('app', 'publish', { user: 'system' });
    else if (chance < 0.9) model.ask('app', 'exist', { user });
    else if (chance < 0.94) model.ask('app', 'members');
    else if (chance < 0.96) model.ask('app', oneOf(['allow', 'disallow']), { user });
    else if (chance < 0.97) model.ask('app', 'block', { user, untilMs: model.nowMs + 5_000 });
    else if (chance < 0.98) model.ask('app', 'unblock', { user });
  }
  model.rest(600_000);
  return [...model.events, { kind: 'settled', atMs: model.nowMs }];
}

describe('a history that keeps the rules', () => {
  test('breaks none, whatever runs at the same time', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      expect({ seed, violations: check(historyOf(seed, 1_000), options) }).toEqual({ seed, violations: [] });
    }
  });

  test('breaks none, though the clocks of the server differ', () => {
    const epsMs = 1_000;
    for (let seed = 1; seed <= 60; seed += 1) {
      const history = historyOf(seed, 1_000, options.messageLimit, epsMs);
      expect({ seed, violations: check(history, { ...options, epsMs }) }).toEqual({ seed, violations: [] });
    }
  });

  test('breaks some, if the server evicts one message late or early', () => {
    const idsOf = (limit: number) => {
      const ids = new Set<string>();
      for (let seed = 1; seed <= 60; seed += 1) {
        for (const { invariant } of check(historyOf(seed, 1_000, limit), options)) ids.add(invariant);
      }
      return ids;
    };
    expect(idsOf(options.messageLimit - 1)).toContain('I-M2');
    expect(idsOf(options.messageLimit + 1)).toContain('I-M4');
  });

  test('is checked in a time that grows with its length', () => {
    const history = historyOf(7, 60_000);
    const startMs = performance.now();
    expect(check(history, options)).toEqual([]);
    const perEventUs = ((performance.now() - startMs) * 1_000) / history.length;
    expect(perEventUs).toBeLessThan(100);
  });
});
