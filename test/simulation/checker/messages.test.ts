import { describe, expect, test } from 'vitest';
import { expectPair } from './pair.ts';
import { roomOf } from './story.ts';

describe('the messages of a room', () => {
  test('have seqs without a gap (I-D3)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').published();
      const id = story.call('app', 'publish', { user: 'system' });
      story.accepted('system', '', { seq: isBad ? 3 : 2 });
      return story.answer(id);
    };
    expectPair(build, 'I-D3');
  });

  test('have seqs without a repeat (I-D3)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').published();
      const id = story.call('app', 'publish', { user: 'system' });
      story.accepted('system', '', { seq: isBad ? 1 : 2 });
      return story.answer(id);
    };
    expectPair(build, 'I-D3');
  });

  test('keep their content (I-D3)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob').sent('ann', 'x').pushedMessage('bob1', 1, 'ann', 'hello');
      return story.pushedMessage('bob1', 1, 'ann', isBad ? 'another' : 'hello');
    };
    expectPair(build, 'I-D3');
  });

  test('have one seq for one client message id (I-D2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').sent('ann', 'x');
      return story.sent('ann', isBad ? 'x' : 'y');
    };
    expectPair(build, 'I-D2');
  });

  test('have it in every answer (I-D2)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann').sent('ann', 'x').sent('ann', 'y').left('ann');
      return story.asked('ann', 'send', { clientMessageId: 'x' }, { roomEpoch: 'e1', seq: isBad ? 2 : 1 });
    };
    expectPair(build, 'I-D2');
  });

  test('are accepted before the answer (I-D7)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      const id = story.call('ann', 'send', { clientMessageId: 'x' });
      if (!isBad) story.accepted('ann', 'x');
      return story.answer(id, { roomEpoch: 'e1', seq: 1 });
    };
    expectPair(build, 'I-D7');
  });

  test('are nowhere when all sends were refused (I-D7)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      const first = story.call('ann', 'send', { clientMessageId: 'x' });
      story.accepted('ann', 'x');
      return story.answer(first, {}, isBad ? 23408 : -1).asked('ann', 'send', { clientMessageId: 'x' }, {}, 23408);
    };
    expectPair(build, 'I-D7');
  });

  test('are in every repair (I-D7)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob').sent('ann', 'x').sent('ann', 'y').sent('ann', 'z');
      const messages = [{ seq: 2, messageId: 'm2', senderUserId: 'ann', content: 'text' }];
      const result = { roomEpoch: 'e1', messages, ...(isBad ? {} : { hidden: [3] }) };
      return story.asked('bob', 'repair', { afterSeq: 1, beforeSeq: 0 }, result);
    };
    expectPair(build, 'I-D7');
    const story = roomOf('ann', 'bob').sent('ann', 'x').sent('ann', 'y');
    story.asked('bob', 'repair', { afterSeq: 0 }, { roomEpoch: 'e1', messages: [], hidden: [1], next: 1 });
    expect(story.breaks()).toEqual([]);
  });

  test('are of their sender (I-D1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob').sent('ann', 'x');
      return story.pushedMessage('bob1', 1, isBad ? 'carl' : 'ann');
    };
    expectPair(build, 'I-D1');
  });

  test('were sent (I-D1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      if (!isBad) story.call('ann', 'send', { clientMessageId: 'x' });
      story.accepted('ann', 'x');
      return story;
    };
    expectPair(build, 'I-D1');
  });

  test('are of members (I-D1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      if (isBad) story.left('ann');
      const id = story.call('ann', 'send', { clientMessageId: 'x' });
      if (!isBad) story.left('ann');
      const seq = story.accepted('ann', 'x');
      return story.answer(id, { roomEpoch: 'e1', seq });
    };
    expectPair(build, 'I-D1');
  });

  test('are not of muted users (I-D1)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      const mute = story.call('app', 'mute', { user: 'ann' });
      if (isBad) story.answer(mute);
      story.sent('ann', 'x');
      return story.answer(mute);
    };
    expectPair(build, 'I-D1');
  });

  describe('in slow mode', () => {
    const slowed = (seconds = 10) => roomOf('ann').at(1).asked('app', 'slowMode', { seconds });

    test('are an interval apart (I-D12)', () => {
      const build = (isBad: boolean) => {
        const story = slowed().at(2).sent('ann', 'x');
        return story.at(isBad ? 10_001 : 10_002).sent('ann', 'y');
      };
      expectPair(build, 'I-D12');
    });

    test('may be closer where a shorter interval was set in between (I-D12)', () => {
      const build = (isBad: boolean) => {
        const story = slowed().at(2).sent('ann', 'x');
        story.at(3).asked('app', 'slowMode', { seconds: 5 });
        return story.at(isBad ? 5_001 : 5_002).sent('ann', 'y');
      };
      expectPair(build, 'I-D12');
    });

    test.each([
      ['slow mode is switched off', 'slowMode', { seconds: 0 }],
      ['the user is put on the allowlist', 'allow', { user: 'ann' }],
    ] as const)('may be closer while %s (I-D12)', (_what, op, args) => {
      const build = (isBad: boolean) => {
        const story = slowed().at(2).sent('ann', 'x').at(3);
        if (!isBad) story.call('app', op, args);
        return story.sent('ann', 'y');
      };
      expectPair(build, 'I-D12');
    });

    test('may be closer before the call is answered (I-D12)', () => {
      const build = (isBad: boolean) => {
        const story = roomOf('ann');
        const call = story.call('app', 'slowMode', { seconds: 10 });
        if (isBad) story.answer(call);
        story.sent('ann', 'x').sent('ann', 'y');
        return isBad ? story : story.answer(call);
      };
      expectPair(build, 'I-D12');
    });
  });

  test('of the server API need neither (I-D1)', () => {
    const story = roomOf('ann').asked('app', 'mute', { user: 'ann' }).left('ann');
    const id = story.call('app', 'publish', { user: 'ann' });
    story.accepted('ann', '');
    expect(story.answer(id).breaks()).toEqual([]);
  });

  test('keep the order of their sends (I-D9)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann');
      const x = story.call('ann', 'send', { clientMessageId: 'x' });
      const y = story.call('ann', 'send', { clientMessageId: 'y' });
      const first = isBad ? 'y' : 'x';
      story.accepted('ann', first);
      story.accepted('ann', isBad ? 'x' : 'y');
      story.answer(x, { roomEpoch: 'e1', seq: isBad ? 2 : 1 });
      return story.answer(y, { roomEpoch: 'e1', seq: isBad ? 1 : 2 });
    };
    expectPair(build, 'I-D9');
  });

  test('do not reach those who have left (I-D8)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob').at(1_000).left('bob');
      return story
        .at(isBad ? 11_000 : 10_999)
        .sent('ann', 'x')
        .pushedMessage('bob1', 1, 'ann');
    };
    expectPair(build, 'I-D8');
  });

  test('are not read by those who have left (I-D8)', () => {
    const build = (isBad: boolean) => {
      const story = roomOf('ann', 'bob').sent('ann', 'x');
      if (isBad) story.left('bob');
      const id = story.call('bob', 'history');
      if (!isBad) story.left('bob');
      return story.answer(id, { roomEpoch: 'e1', messages: [{ seq: 1, messageId: 'm1', senderUserId: 'ann' }] });
    };
    expectPair(build, 'I-D8');
  });
});
