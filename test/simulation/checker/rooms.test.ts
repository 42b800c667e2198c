import { describe, expect, test } from 'vitest';
import { expectPair } from './pair.ts';
import { roomOf, Story } from './story.ts';

const block = (story: Story, untilMs = 60_000) => {
  const id = story.call('app', 'block', { user: 'ann', untilMs });
  return story.ended('ann', 'blocked').answer(id);
};

describe('a block', () => {
  test('and a membership are never on one row (I-B1)', () => {
    expectPair((isBad) => roomOf('ann').row('ann', { blockedUntilMs: isBad ? 60_000 : 0 }), 'I-B1');
  });

  test('leaves no member for a join (I-B1)', () => {
    const build = (isBad: boolean) => {
      const story = block(roomOf('ann')).at(isBad ? 59_999 : 60_000);
      return story.asked('ann', 'join', {}, { roomEpoch: 'e1', membership: 'ann-n' });
    };
    expectPair(build, 'I-B1');
  });

  test('refuses joins until its end (I-B4)', () => {
    const build = (isBad: boolean) => {
      const story = block(roomOf('ann')).at(isBad ? 60_000 : 59_999);
      return story.asked('ann', 'join', {}, {}, 23409);
    };
    expectPair(build, 'I-B4');
  });

  test('refuses none once it is lifted (I-B4)', () => {
    const build = (isBad: boolean) => {
      const story = block(roomOf('ann'));
      const id = story.call('app', 'unblock', { user: 'ann' });
      if (isBad) story.answer(id);
      return story.asked('ann', 'join', {}, {}, 23409);
    };
    expectPair(build, 'I-B4');
  });

  test('lets no message pass after its answer (I-B2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      const sent = story.call('ann', 'send', { clientMessageId: 'x' });
      const id = story.call('app', 'block', { user: 'ann', untilMs: 60_000 });
      story.ended('ann', 'blocked');
      if (isBad) story.answer(id);
      const seq = story.accepted('ann', 'x');
      return story.answer(sent, { roomEpoch: 'e1', seq }).answer(id);
    };
    expectPair(build, 'I-B2');
  });

  test('everywhere lets no send pass that begins after its answer (I-B2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      const early = story.call('ann', 'send', { clientMessageId: 'x' });
      const id = story.call('app', 'blockEverywhere', { user: 'ann', untilMs: 60_000 }, '');
      const seq = story.answer(id).accepted('ann', 'x');
      story.answer(early, { roomEpoch: 'e1', seq });
      return isBad ? story.sent('ann', 'y') : story;
    };
    expectPair(build, 'I-B2');
  });

  test('stops the pushes within 10 s (I-B3)', () => {
    const build = (isBad: boolean) => {
      const story = block(roomOf('ann', 'bob').sent('bob', 'x'));
      return story.at(isBad ? 10_001 : 10_000).pushedMessage('ann1', 1, 'bob');
    };
    expectPair(build, 'I-B3');
  });
});

describe('the allowlist', () => {
  test('takes no sixth user (ALLOWLIST)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf();
      for (const user of ['a', 'b', 'c', 'd', 'e']) story.asked('app', 'allow', { user });
      if (!isBad) story.asked('app', 'disallow', { user: 'a' });
      return story.asked('app', 'allow', { user: 'f' });
    };
    expectPair(build, 'ALLOWLIST');
  });
});

describe('a room', () => {
  test('takes no message after its end (I-R1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      const id = story.call('ann', 'send', { clientMessageId: 'x' });
      if (isBad) story.destroyed();
      story.accepted('ann', 'x');
      return isBad ? story.answer(id, {}, -1) : story.destroyed();
    };
    expectPair(build, 'I-R1');
  });

  test('has seqs from 1 when it is created again (I-R1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').published(3).destroyed().created('e2').joined('ann', 'ann-n');
      const id = story.call('ann', 'send', { clientMessageId: 'x' });
      const seq = story.accepted('ann', 'x', { seq: isBad ? 4 : 1 });
      return story.answer(id, { roomEpoch: 'e2', seq });
    };
    expectPair(build, 'I-R1');
  });

  test('has a new epoch when it is created again (I-R1)', () => {
    expectPair(
      (isBad) =>
        new Story()
          .created()
          .destroyed()
          .created(isBad ? 'e1' : 'e2'),
      'I-R1',
    );
  });

  test('is joined in no epoch that has ended (I-R1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').destroyed().created('e2');
      return story.asked('bob', 'join', {}, { roomEpoch: isBad ? 'e1' : 'e2', membership: 'bob-m' });
    };
    expectPair(build, 'I-R1');
  });

  test('expires an hour after its last use (I-R2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').at(60_000).published();
      return story.at(isBad ? 3_659_999 : 3_660_000).destroyed(true);
    };
    expectPair(build, 'I-R2');
  });

  test('expires at its fixed end, though in use (I-R2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').asked('app', 'setEnd', { endType: 'fixed', endsAfterMs: 60_000 });
      return story
        .at(59_999)
        .published()
        .at(isBad ? 59_999 : 60_000)
        .destroyed(true);
    };
    expectPair(build, 'I-R2');
  });

  test('does not expire while it is kept (I-R2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      const id = story.call('app', 'keep');
      if (isBad) story.answer(id);
      return story.at(9_000_000).destroyed(true);
    };
    expectPair(build, 'I-R2');
  });
});

describe('what is left in the end', () => {
  const hour = 3_600_000;

  test('no row of an evicted member (I-L1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').webhook('joined', 'ann').offline('ann').published(31).at(1_000);
      if (!isBad) story.ended('ann', 'offline').webhook('left', 'ann', 'offline');
      return story.at(hour).settled();
    };
    expectPair(build, 'I-L1');
  });

  test('no row of a destroyed room (I-L1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').destroyed();
      if (!isBad) story.ended('ann', 'destroyed');
      return story.at(hour).settled();
    };
    expectPair(build, 'I-L1');
  });

  test('every end at the webhook (I-L1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').webhook('joined', 'ann').left('ann');
      if (!isBad) story.webhook('left', 'ann', 'left');
      return story.at(hour).settled();
    };
    expectPair(build, 'I-L1');
    const story = roomOf('ann').left('ann').at(hour).settled();
    expect(story.breaks({ seesWebhook: false })).toEqual([]);
  });

  test('no connection that is gone (I-L1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').webhook('joined', 'ann').socket('socketLost', 'ann1');
      return (isBad ? story : story.mark('ann')).at(hour).settled();
    };
    expectPair(build, 'I-L1');
  });

  test('a mark or a connection (I-L1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').webhook('joined', 'ann');
      return (isBad ? story.row('ann', { connections: [] }) : story).at(hour).settled();
    };
    expectPair(build, 'I-L1');
  });
});
