import { describe, expect, test } from 'vitest';
import { emptyMember } from '../../lib/domain/member.ts';
import { newRoom } from '../../lib/domain/room.ts';
import { slowIntervalMs, slowSend, slowSendsInUse, slowSendTo, withSlowSend } from '../../lib/domain/slow-mode.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';

const room = newRoom('r' as RoomId, '', 'e1', 0, { destroyType: 'idle', destroyAfterMin: 60 });
const ann = emptyMember('r' as RoomId, 'ann' as UserId, 'e1');
const slowRoom = { ...room, slowModeSec: 30 };
const position = { seq: 0, lastMessageAtMs: 0 };

describe('the interval of slow mode', () => {
  test.each([
    ['is none where slow mode is off', room, ann, 0],
    ['is that of the room', slowRoom, ann, 30_000],
    ['is none for a user who is exempt from mutes', slowRoom, { ...ann, muteExempt: true }, 0],
    ['is none for a user on the allowlist', { ...slowRoom, allowlistedSince: { ann: position } }, ann, 0],
    ['is no matter of other users', { ...slowRoom, allowlistedSince: { bob: position } }, ann, 30_000],
  ])('%s', (_what, ofRoom, member, expected) => {
    expect(slowIntervalMs(ofRoom, member)).toBe(expected);
  });
});

describe('the last messages to rooms in slow mode', () => {
  const sendTo = (epoch: string, atMs: number) => slowSend({ ...slowRoom, epoch }, `to-${epoch}`, atMs, 30_000);

  test('are kept for the interval, and twice as long as an attempt may take', () => {
    const last = sendTo('e1', 5);
    expect(last).toEqual({ epoch: 'e1', id: 'to-e1', atMs: 5, untilMs: 94_005 });
    expect(slowSendsInUse([last], 94_004)).toEqual([last]);
    expect(slowSendsInUse([last], 94_005)).toEqual([]);
  });

  test('are one for each room, the latest', () => {
    const [first, other, next] = [sendTo('e1', 5), sendTo('e2', 6), sendTo('e1', 7)];
    const sends = withSlowSend([first, other], next);
    expect(sends).toEqual([other, next]);
    expect(slowSendTo([other, next], 'e1')).toBe(next);
    expect(slowSendTo([other, next], 'e3')).toBeUndefined();
  });

  test('are 20 at most, until the first is over', () => {
    const sends = Array.from({ length: 20 }, (_, index) => sendTo(`e${index}`, 10 + index));
    expect(withSlowSend(sends, sendTo('e20', 50))).toBe(94_010);
    expect(withSlowSend(sends, sendTo('e5', 50))).toHaveLength(20);
    expect(withSlowSend(sends, sendTo('e20', 94_010))).toHaveLength(20);
  });
});
