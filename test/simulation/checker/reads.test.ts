import { describe, expect, test } from 'vitest';
import { expectPair } from './pair.ts';
import { roomOf, type Story } from './story.ts';

const exist = (story: Story, user: string, member: boolean) => story.asked('app', 'exist', { user }, { member });

describe('what a read of the members shows', () => {
  test('30 messages leave a member, 31 do not (I-M4)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann')
        .at(1_000)
        .offline('ann')
        .published(isBad ? 31 : 30);
      return exist(story, 'ann', true);
    };
    expectPair(build, 'I-M4');
  });

  test('30 messages leave a member, who is not missing (I-M17)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann')
        .at(1_000)
        .offline('ann')
        .published(isBad ? 30 : 31);
      return exist(story, 'ann', false);
    };
    expectPair(build, 'I-M17');
  });

  test('before the answer to message 31 either is right (I-M4)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann').published(30);
      const id = story.call('app', 'publish', { user: 'system' });
      story.accepted('system', '');
      if (isBad) story.answer(id);
      return exist(story, 'ann', true);
    };
    expectPair(build, 'I-M4');
    const story = roomOf('ann').at(1_000).offline('ann').published(30);
    const id = story.call('app', 'exist', { user: 'ann' });
    expect(story.published().answer(id, { member: true }).breaks()).toEqual([]);
  });

  test('a message at 30,000 ms leaves a member, at 30,001 ms it does not (I-M5)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann')
        .at(1_000)
        .offline('ann')
        .at(isBad ? 31_001 : 31_000);
      return exist(story.published(), 'ann', true);
    };
    expectPair(build, 'I-M5');
  });

  test('time alone evicts nobody (I-M17)', () => {
    const build = (isBad: boolean) => exist(roomOf('ann').offline('ann').at(9_000_000), 'ann', !isBad);
    expectPair(build, 'I-M17');
  });

  test('the allowlist keeps a member (I-M17)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').asked('app', 'allow', { user: 'ann' }).offline('ann').published(99);
      return exist(story, 'ann', !isBad);
    };
    expectPair(build, 'I-M17');
  });

  test('taken off the allowlist, the next message evicts (I-M4)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').asked('app', 'allow', { user: 'ann' }).offline('ann').published(99);
      story.asked('app', 'disallow', { user: 'ann' });
      return exist(isBad ? story.published() : story, 'ann', true);
    };
    expectPair(build, 'I-M4');
  });

  test('a list has nobody who has left and lacks nobody (I-M17)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob', 'carl').left('carl');
      return story.asked('app', 'members', {}, { userIds: isBad ? ['ann', 'bob', 'carl'] : ['ann', 'bob'], total: 2 });
    };
    expectPair(build, 'I-M17');
    const list = (limit: number) => roomOf('ann', 'bob').asked('app', 'members', { limit }, { userIds: ['bob'] });
    expect(list(1).breaks()).toEqual([]);
    expect(list(2).breaks()).toEqual(['I-M17']);
  });

  test('a list of 31 messages later has no row that is still there (I-M4)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob').offline('ann').published(31);
      return story.asked('app', 'members', {}, { userIds: isBad ? ['ann', 'bob'] : ['bob'] });
    };
    expectPair(build, 'I-M4');
  });

  test('the count is that of the rule (I-M16)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob').offline('ann').published(31);
      return story.asked('app', 'members', { limit: 0 }, { total: isBad ? 2 : 1 });
    };
    expectPair(build, 'I-M16');
    expect(roomOf().asked('app', 'members', {}, { total: -1 }).breaks()).toEqual(['I-M16']);
  });

  test('a join or a leave in progress may be seen or not', () => {
    for (const member of [true, false]) {
      const story = roomOf('ann');
      const leave = story.call('ann', 'leave');
      const id = story.call('app', 'exist', { user: 'ann' });
      story.ended('ann', 'left').answer(id, { member });
      exist(story, 'ann', member).answer(leave);
      expect(story.breaks()).toEqual([]);
    }
  });

  test('a destroyed room has no members (I-R1)', () => {
    expectPair((isBad) => exist(roomOf('ann').destroyed(), 'ann', isBad), 'I-R1');
  });
});
