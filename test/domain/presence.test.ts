import { describe, expect, test } from 'vitest';
import { type ConnectionLife, decidePresence, type Presence, presenceOf } from '../../lib/domain/presence.ts';

const life = (openedAtMs: number, leaseUntilMs: number, closedAtMs?: number): ConnectionLife => ({
  ...{ openedAtMs, leaseUntilMs },
  ...(closedAtMs === undefined ? {} : { closedAtMs }),
});
const online = (sinceMs: number): Presence => ({ state: 'online', sinceMs });
const offline = (sinceMs: number): Presence => ({ state: 'offline', sinceMs });

describe('what connections show at 100', () => {
  test.each<[string, readonly ConnectionLife[], Presence | undefined]>([
    ['none', [], offline(0)],
    ['one that was closed before it was open', [life(0, 0, 50)], offline(0)],
    ['an open one', [life(40, 101)], online(40)],
    ['an open one whose lease ends now: the sweep has not closed it', [life(40, 100)], undefined],
    ['a live one beside it', [life(40, 100), life(60, 101)], online(40)],
    ['a closed one', [life(40, 200, 70)], offline(70)],
    ['two closed ones', [life(40, 200, 70), life(30, 200, 90)], offline(90)],
    ['one that the sweep has closed after its lease', [life(40, 60, 90)], offline(60)],
    ['an open one after a gap', [life(40, 200, 70), life(71, 200)], online(71)],
    ['an open one without a gap', [life(40, 200, 70), life(70, 200)], online(40)],
    ['a chain of three, in any order', [life(80, 200), life(10, 200, 40), life(30, 200, 90)], online(10)],
    ['a chain with a gap in it', [life(80, 200), life(10, 200, 29), life(30, 200, 90)], online(30)],
    ['a lease that ended in a gap', [life(80, 200), life(10, 79, 95)], online(80)],
  ])('%s', (_what, lives, expected) => {
    expect(presenceOf(lives, 100)).toEqual(expected);
    expect(presenceOf(lives.toReversed(), 100)).toEqual(expected);
  });
});

describe('with a delay of 10', () => {
  test.each<[string, Presence | undefined, Presence | undefined, number, ReturnType<typeof decidePresence>]>([
    ['nothing was announced, and nobody is there', undefined, offline(5), 100, { kind: 'nothing' }],
    ['nobody knows yet', online(5), undefined, 100, { kind: 'nothing' }],
    ['it is as announced, since another time', online(5), online(50), 100, { kind: 'nothing' }],
    ['it is offline as announced', offline(5), offline(50), 100, { kind: 'nothing' }],
    ['I-P2: it has lasted for 9', undefined, online(50), 59, { kind: 'wait', untilMs: 60 }],
    ['I-P2: it has lasted for 10', undefined, online(50), 60, { kind: 'announce', next: online(50) }],
    ['it has ended', online(5), offline(50), 60, { kind: 'announce', next: offline(50) }],
    ['I-P1: its time is not after the last one', online(50), offline(50), 60, { kind: 'announce', next: offline(51) }],
    ['its end is not known', online(50), offline(0), 60, { kind: 'announce', next: offline(51) }],
  ])('%s', (_what, announced, seen, nowMs, expected) => {
    expect(decidePresence(announced, seen, nowMs, 10)).toEqual(expected);
  });
});
