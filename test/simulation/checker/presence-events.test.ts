import { describe, expect, test } from 'vitest';
import { expectPair } from './pair.ts';
import { Story } from './story.ts';

const OPTIONS = { presenceDelayMs: 10_000 } as const;

/** Ann's only connection is open from 1,000 on, and is closed at the second time. */
class AnnsStory extends Story {
  connected(atMs: number, closedAtMs?: number, connection = 'ann1', openedAtMs = 1_000): this {
    const row = { user: 'ann', connection, openedAtMs, leaseUntilMs: 171_000, closedAtMs };
    return this.add({ kind: 'connectionRow', atMs, ...row });
  }

  written(atMs: number, state: 'online' | 'offline', sinceMs: number): this {
    return this.add({ kind: 'presenceWritten', atMs, user: 'ann', state, sinceMs });
  }

  got(atMs: number, what: 'online' | 'offline', sinceMs: number): this {
    return this.add({ kind: 'webhook', atMs, eventId: `ann-${sinceMs}-${what}`, what, room: '', user: 'ann' });
  }

  online(): this {
    return this.connected(1_000).written(11_000, 'online', 1_000).got(11_500, 'online', 1_000);
  }

  rest(): this {
    return this.add({ kind: 'settled', atMs: 1_000_000 });
  }
}

describe('who is online', () => {
  test('is written in turn, each time later (I-P1)', () => {
    const twice = (isBad: boolean) => {
      const story = new AnnsStory().online().connected(20_000, 20_000).written(30_000, 'offline', 20_000);
      return isBad ? story.written(31_000, 'offline', 20_001) : story;
    };
    expectPair(twice, 'I-P1', OPTIONS);
    const again = new AnnsStory().online().connected(20_000, 20_000).written(30_000, 'offline', 1_000);
    expect(again.breaks(OPTIONS)).toContain('I-P1');
  });

  test('comes to the webhook as it was written (I-P1)', () => {
    expectPair((isBad) => new AnnsStory().online().got(12_000, 'online', isBad ? 2_000 : 1_000), 'I-P1', OPTIONS);
  });

  test('has lasted for the delay (I-P2)', () => {
    const coming = (isBad: boolean) =>
      new AnnsStory().connected(1_000).written(isBad ? 10_999 : 11_000, 'online', 1_000);
    expectPair(coming, 'I-P2', OPTIONS);
    const going = (isBad: boolean) =>
      new AnnsStory()
        .online()
        .connected(20_000, 20_000)
        .written(isBad ? 29_999 : 30_000, 'offline', 20_000);
    expectPair(going, 'I-P2', OPTIONS);
    const back = (isBad: boolean) =>
      new AnnsStory()
        .online()
        .connected(20_000, 20_000)
        .connected(isBad ? 29_000 : 31_000, undefined, 'ann2', 29_000)
        .written(30_000, 'offline', 20_000);
    expectPair(back, 'I-P2', OPTIONS);
  });

  test('is so in the end, and the webhook knows it (I-P3)', () => {
    const gone = (isBad: boolean) => {
      const story = new AnnsStory().online().connected(20_000, 20_000);
      if (!isBad) story.written(30_000, 'offline', 20_000).got(31_000, 'offline', 20_000);
      return story.rest();
    };
    expectPair(gone, 'I-P3', OPTIONS);
    const unheard = (isBad: boolean) => {
      const story = new AnnsStory().connected(1_000).written(11_000, 'online', 1_000);
      return (isBad ? story : story.got(11_500, 'online', 1_000)).rest();
    };
    expectPair(unheard, 'I-P3', OPTIONS);
  });

  test('is nothing to check without the setting', () => {
    expect(new AnnsStory().connected(1_000).written(1_001, 'offline', 5).rest().breaks()).toEqual([]);
  });
});
