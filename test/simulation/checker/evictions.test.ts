import { describe, expect, test } from 'vitest';
import { roomOf, type Story } from './story.ts';

/** Each has one thing more or less than a history that breaks nothing. */
const expectPair = (story: (isBad: boolean) => Story, invariant: string, options = {}) => {
  expect(story(false).breaks(options)).toEqual([]);
  expect(story(true).breaks(options)).toEqual([invariant]);
};

describe('when a member is evicted', () => {
  test('by the 31st message, not by the 30th (I-M2)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(1_000).offline('ann').at(2_000);
      return told.published(isBad ? 30 : 31).ended('ann', 'offline');
    };
    expectPair(story, 'I-M2');
  });

  test('by another limit, where the option says so (I-M2)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(1_000).offline('ann').at(2_000);
      return told.published(isBad ? 2 : 3).ended('ann', 'offline');
    };
    expectPair(story, 'I-M2', { messageLimit: 3 });
  });

  test('by messages after the disconnect, whatever seq the mark has (I-M2)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(500).published(5).at(1_000).socket('disconnectEvent', 'ann1');
      told.row('ann', { connections: [], offline: { seq: isBad ? 0 : 5, atMs: 1_000 } });
      return told
        .at(2_000)
        .published(isBad ? 26 : 31)
        .ended('ann', 'offline');
    };
    expectPair(story, 'I-M2');
  });

  test('by a message at 30,001 ms, not at 30,000 ms (I-M3)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(1_000).offline('ann');
      return told
        .at(isBad ? 31_000 : 31_001)
        .published()
        .ended('ann', 'offline');
    };
    expectPair(story, 'I-M3');
  });

  test('by a message, not by time alone (I-M6)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(1_000).offline('ann').at(90_000);
      return told.published(isBad ? 0 : 1).ended('ann', 'offline');
    };
    expectPair(story, 'I-M6');
  });

  test('in silence with the real-time service, after the grace (I-M8)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(10_000).socket('heard', 'ann1').offline('ann');
      return told.at(isBad ? 69_999 : 70_000).ended('ann', 'offline');
    };
    expectPair(story, 'I-M8', { realTime: true });
  });

  test('in silence only before the service was switched off (I-M6)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(10_000).offline('ann');
      const id = told.at(90_000).call('app', 'realTime', { on: false });
      if (isBad) told.answer(id);
      return told.ended('ann', 'offline');
    };
    expectPair(story, 'I-M6', { realTime: true });
  });

  test('without a live connection (I-M1)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(1_000).open('ann', 'ann2', 'laptop of ann');
      told
        .row('ann', { connections: ['ann1', 'ann2'] })
        .at(50_000)
        .socket('heard', 'ann2')
        .at(60_000)
        .offline('ann');
      if (!isBad) told.socket('disconnectEvent', 'ann2');
      return told.at(61_000).published(31).ended('ann', 'offline');
    };
    expectPair(story, 'I-M1');
  });

  test('with a connection that has left the room, by the other device', () => {
    const told = roomOf('ann').at(1_000).open('ann', 'ann2', 'laptop of ann');
    told
      .row('ann', { connections: ['ann1', 'ann2'] })
      .at(50_000)
      .socket('disconnectEvent', 'ann2');
    const id = told.row('ann', { connections: ['ann1'] }).call('ann', 'leave');
    told.mark('ann').answer(id).at(61_000).published(31).ended('ann', 'offline');
    expect(told.breaks()).toEqual([]);
  });

  test('not by the mark of before it resumed (I-M12)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(1_000).offline('ann').published(5).at(2_000).open('ann', 'ann2');
      const id = told.call('ann', 'resume', { membership: 'ann-m' });
      if (!isBad) told.row('ann', { connections: ['ann2'], offline: undefined });
      told.answer(id, { membership: 'ann-m', roomEpoch: 'e1' }).socket('disconnectEvent', 'ann2');
      if (!isBad) told.mark('ann');
      return told.at(3_000).published(31).ended('ann', 'offline');
    };
    expectPair(story, 'I-M12');
  });

  test('not on the allowlist (I-M9)', () => {
    const story = (isBad: boolean) => {
      const told = roomOf('ann').at(1_000).offline('ann');
      const id = told.call('app', 'allow', { user: 'ann' });
      if (isBad) told.answer(id);
      told.at(2_000).published(31);
      if (!isBad) told.answer(id);
      return told.ended('ann', 'offline');
    };
    expectPair(story, 'I-M9');
  });

  test('after it was taken off the allowlist (I-M9)', () => {
    const told = roomOf('ann').at(1_000).asked('app', 'allow', { user: 'ann' }).offline('ann').published(40);
    told.asked('app', 'disallow', { user: 'ann' }).published().ended('ann', 'offline');
    expect(told.breaks()).toEqual([]);
  });
});
