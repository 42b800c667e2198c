import { describe, expect, test } from 'vitest';
import { expectPair } from './pair.ts';
import { roomOf } from './story.ts';

describe('when a member is evicted', () => {
  test('by the 31st message, not by the 30th (I-M2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann').at(2_000);
      return story.published(isBad ? 30 : 31).ended('ann', 'offline');
    };
    expectPair(build, 'I-M2');
  });

  test('by another limit, where the option says so (I-M2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann').at(2_000);
      return story.published(isBad ? 2 : 3).ended('ann', 'offline');
    };
    expectPair(build, 'I-M2', { messageLimit: 3 });
  });

  test('by messages after the disconnect, whatever seq the mark has (I-M2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(500).published(5).at(1_000).socket('disconnectEvent', 'ann1');
      story.row('ann', { connections: [], offline: { seq: isBad ? 0 : 5, atMs: 1_000 } });
      return story
        .at(2_000)
        .published(isBad ? 26 : 31)
        .ended('ann', 'offline');
    };
    expectPair(build, 'I-M2');
  });

  test('by a message at 30,001 ms, not at 30,000 ms (I-M3)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann');
      return story
        .at(isBad ? 31_000 : 31_001)
        .published()
        .ended('ann', 'offline');
    };
    expectPair(build, 'I-M3');
  });

  test('by a message, not by time alone (I-M6)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann').at(90_000);
      return story.published(isBad ? 0 : 1).ended('ann', 'offline');
    };
    expectPair(build, 'I-M6');
  });

  test('in silence with the real-time service, after the grace (I-M8)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(10_000).socket('heard', 'ann1').offline('ann');
      return story.at(isBad ? 69_999 : 70_000).ended('ann', 'offline');
    };
    expectPair(build, 'I-M8', { realTime: true });
  });

  test('in silence, though heard from after the mark by a connection that had been found gone (I-M8)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(10_000);
      if (!isBad) story.socket('goneAnswer', 'ann1');
      return story.mark('ann').at(40_000).socket('heard', 'ann1').at(71_000).ended('ann', 'offline');
    };
    expect(build(true).breaks({ realTime: true })).toEqual(['I-M8', 'I-M1']);
    expect(build(false).breaks({ realTime: true })).toEqual([]);
  });

  test('in silence, though a frame was sent whose Lambda died (I-M8)', () => {
    const story = roomOf('ann').at(10_000).socket('heard', 'ann1');
    story.add({ kind: 'fault', atMs: 10_000, what: 'frame' }).offline('ann').at(69_999).ended('ann', 'offline');
    expect(story.breaks({ realTime: true })).toEqual([]);
  });

  test('in silence, though a frame came on a connection whose lease may have ended (I-M8)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      if (isBad) for (const atMs of [60_000, 120_000]) story.at(atMs).socket('heard', 'ann1');
      return story.at(180_000).socket('heard', 'ann1').mark('ann').at(212_000).ended('ann', 'offline');
    };
    expect(build(true).breaks({ realTime: true })).toEqual(['I-M8', 'I-M1']);
    expect(build(false).breaks({ realTime: true })).toEqual([]);
  });

  test('in silence only before the service was switched off (I-M6)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(10_000).offline('ann');
      const id = story.at(90_000).call('app', 'realTime', { on: false });
      if (isBad) story.answer(id);
      return story.ended('ann', 'offline');
    };
    expectPair(build, 'I-M6', { realTime: true });
  });

  test('without a live connection (I-M1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).open('ann', 'ann2', 'laptop of ann');
      story
        .row('ann', { connections: ['ann1', 'ann2'] })
        .at(50_000)
        .socket('heard', 'ann2')
        .at(60_000)
        .offline('ann');
      if (!isBad) story.socket('disconnectEvent', 'ann2');
      return story.at(61_000).published(31).ended('ann', 'offline');
    };
    expectPair(build, 'I-M1');
  });

  test('with a connection that has left the room, by the other device', () => {
    const story = roomOf('ann').at(1_000).open('ann', 'ann2', 'laptop of ann');
    story
      .row('ann', { connections: ['ann1', 'ann2'] })
      .at(50_000)
      .socket('disconnectEvent', 'ann2');
    const id = story.row('ann', { connections: ['ann1'] }).call('ann', 'leave');
    story.mark('ann').answer(id).at(61_000).published(31).ended('ann', 'offline');
    expect(story.breaks()).toEqual([]);
  });

  test('not by the mark of before it resumed (I-M12)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann').published(5).at(2_000).open('ann', 'ann2');
      const id = story.call('ann', 'resume', { membership: 'ann-m' });
      if (!isBad) story.row('ann', { connections: ['ann2'], offline: undefined });
      story.answer(id, { membership: 'ann-m', roomEpoch: 'e1' }).socket('disconnectEvent', 'ann2');
      if (!isBad) story.mark('ann');
      return story.at(3_000).published(31).ended('ann', 'offline');
    };
    expectPair(build, 'I-M12');
  });

  test('not on the allowlist (I-M9)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann');
      const id = story.call('app', 'allow', { user: 'ann' });
      if (isBad) story.answer(id);
      story.at(2_000).published(31);
      if (!isBad) story.answer(id);
      return story.ended('ann', 'offline');
    };
    expectPair(build, 'I-M9');
  });

  test('not on the allowlist before the message, though a resume was undone after it (I-M9)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(1_000).offline('ann').open('ann', 'ann2');
      story.at(2_000).call('ann', 'resume', { membership: 'ann-m' });
      if (isBad) story.asked('app', 'allow', { user: 'ann' });
      story.published(31).row('ann', { connections: ['ann2'], offline: undefined });
      if (!isBad) story.asked('app', 'allow', { user: 'ann' });
      return story.ended('ann', 'offline');
    };
    expect(build(true).breaks()).toContain('I-M9');
    expect(build(false).breaks()).not.toContain('I-M9');
  });

  test('after it was taken off the allowlist (I-M9)', () => {
    const story = roomOf('ann').at(1_000).asked('app', 'allow', { user: 'ann' }).offline('ann').published(40);
    story.asked('app', 'disallow', { user: 'ann' }).published().ended('ann', 'offline');
    expect(story.breaks()).toEqual([]);
  });
});
