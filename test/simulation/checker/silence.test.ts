import { describe, expect, test } from 'vitest';
import { expectPair } from './pair.ts';
import { roomOf, Story } from './story.ts';

describe('the real-time service', () => {
  const build = (isBad: boolean) => {
    const story = roomOf('ann', 'bob')
      .at(10_000)
      .offline('ann')
      .at(isBad ? 310_001 : 310_000);
    return story.ended('ann', 'offline').at(400_000).socket('heard', 'bob1');
  };

  test('removes a silent member within 300 s (I-M7)', () => {
    expectPair(build, 'I-M7', { realTime: true });
  });

  test('may take longer where two runs of the sweep were lost', () => {
    const story = roomOf('ann').at(10_000).offline('ann').at(20_000);
    story.add({ kind: 'fault', atMs: 20_000, what: 'sweep' }).add({ kind: 'fault', atMs: 20_000, what: 'sweep' });
    story.at(400_000).ended('ann', 'offline');
    expect(story.breaks({ realTime: true })).toEqual([]);
  });

  test('counts from when it was switched on', () => {
    const story = roomOf('ann').at(10_000).offline('ann').at(900_000).asked('app', 'realTime', { on: true });
    story.at(1_100_000).ended('ann', 'offline');
    expect(story.at(1_900_000).published().breaks()).toEqual([]);
  });
});

describe('an app', () => {
  const got = (story: Story, seq: number) =>
    story.add({ kind: 'appGot', atMs: 0, client: 'ann', room: 'r', epoch: 'e1', membership: 'ann-m', seq });

  test('gets its messages in order, each once (I-D4)', () => {
    expectPair((isBad) => got(got(new Story(), 1), isBad ? 1 : 2), 'I-D4');
  });

  test('gets one answer to each request (I-D11)', () => {
    const asked = () => new Story().add({ kind: 'appAsked', atMs: 0, client: 'ann', request: 'x', room: 'r' });
    const answered = (story: Story) =>
      story.add({ kind: 'appAnswered', atMs: 0, client: 'ann', request: 'x', code: 0, seq: 1 });
    expectPair((isBad) => (isBad ? answered(answered(asked())) : answered(asked())), 'I-D11');
    expectPair((isBad) => (isBad ? asked() : answered(asked())).settled(), 'I-D11');
  });
});
