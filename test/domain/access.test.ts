import { describe, expect, test } from 'vitest';
import { fullAccess, isLockedOut, isRestricted } from '../../lib/domain/access.ts';

describe('a user without restrictions', () => {
  test('is neither restricted nor locked out', () => {
    expect(isRestricted(fullAccess, 0)).toBe(false);
    expect(isLockedOut(fullAccess, 0)).toBe(false);
  });
});

describe('a restriction everywhere', () => {
  test('by a block lasts up to its end, and locks out', () => {
    const blocked = { ...fullAccess, blockedUntilMs: 500 };
    expect([499, 500].map((nowMs) => isLockedOut(blocked, nowMs))).toEqual([true, false]);
    expect([499, 500].map((nowMs) => isRestricted(blocked, nowMs))).toEqual([true, false]);
  });

  test('by a mute lasts up to its end, and locks nobody out', () => {
    const muted = { ...fullAccess, mutedUntilMs: 500 };
    expect([499, 500].map((nowMs) => isRestricted(muted, nowMs))).toEqual([true, false]);
    expect(isLockedOut(muted, 499)).toBe(false);
  });

  test('by a deactivation or revoked tokens has no end', () => {
    expect(isLockedOut({ ...fullAccess, deactivatedAtMs: 1 }, 10 ** 15)).toBe(true);
    expect(isRestricted({ ...fullAccess, tokensValidFromMs: 1 }, 10 ** 15)).toBe(true);
  });
});
