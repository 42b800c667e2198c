import { describe, expect, test } from 'vitest';
import { expectPair } from './pair.ts';
import { roomOf } from './story.ts';

const joinedAgain = { roomEpoch: 'e1', membership: 'ann-m' };

describe('how a membership ends', () => {
  test('with one reason in every event (I-M10)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann').published(31).ended('ann', 'offline');
      return story.webhook('left', 'ann', isBad ? 'left' : 'offline');
    };
    expectPair(build, 'I-M10');
  });

  test('with one event, delivered twice at most (I-M10)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').left('ann').webhook('left', 'ann', 'left');
      return story.webhook('left', 'ann', 'left', isBad ? 'another' : undefined);
    };
    expectPair(build, 'I-M10');
  });

  test('before it is reported (I-M10)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      if (isBad) story.webhook('left', 'ann', 'left');
      return story.left('ann').webhook('left', 'ann', 'left');
    };
    expectPair(build, 'I-M10');
  });

  test('with one reason in its rows (I-M10)', () => {
    const build = (isBad: boolean) => {
      const ended = { membershipId: 'ann-m', reason: 'left' as const, atMs: 0 };
      const story = roomOf('ann').row('ann', { connections: [], ended });
      return story.ended('ann', isBad ? 'offline' : 'left');
    };
    expectPair(build, 'I-M10');
  });

  test('with the reason of its row in a notice (I-M10)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob').at(1_000).left('ann');
      const change = {
        userId: 'ann',
        change: 'left',
        membership: 'ann-m',
        reason: isBad ? 'offline' : 'left',
      } as const;
      return story.pushed('bob1', { event: 'members', room: 'r', roomEpoch: 'e1', changes: [change] });
    };
    expectPair(build, 'I-M10');
  });

  test('and not a later one with it (I-M11)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').left('ann').at(1_000).joined('ann', 'ann-n');
      return story.ended('ann', 'left', isBad ? 'ann-m' : 'ann-n');
    };
    expectPair(build, 'I-M11');
  });

  test('for ever, in its rows (I-M18)', () => {
    const build = (isBad: boolean) =>
      roomOf('ann')
        .left('ann')
        .joined('ann', isBad ? 'ann-m' : 'ann-n');
    const good = build(false).breaks();
    expect(good).toEqual([]);
    expect(build(true).breaks()).toContain('I-M18');
  });

  test('for ever, in answers that were asked for later (I-M18)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000);
      const early = story.call('ann', 'resume', { membership: 'ann-m' });
      story.ended('ann', 'blocked').answer(early, {}, 23406).at(50_000);
      const late = story.call('ann', 'resume', { membership: 'ann-m' });
      return isBad ? story.answer(late, joinedAgain) : story.answer(late, {}, 23406);
    };
    expectPair(build, 'I-M18');
  });

  test('for an answer in progress it may still be there', () => {
    const story = roomOf('ann').at(1_000);
    const id = story.call('ann', 'resume', { membership: 'ann-m' });
    expect(story.ended('ann', 'blocked').answer(id, joinedAgain).breaks()).toEqual([]);
  });

  test('is not resumed once message 31 was answered (I-M13)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann').published(30);
      const early = story.call('ann', 'resume', { membership: 'ann-m' });
      story.published();
      const late = story.call('ann', 'resume', { membership: 'ann-m' });
      return isBad ? story.answer(early, {}, 23406).answer(late, joinedAgain) : story.answer(early, joinedAgain);
    };
    expectPair(build, 'I-M13');
  });
});
