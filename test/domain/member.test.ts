import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConnectionId, RoomId, UserId } from '../../lib/domain/ids.ts';
import {
  blocked,
  currentMember,
  type EndReason,
  emptyMember,
  ended,
  isBlocked,
  isWorthKeeping,
  joined,
  type Member,
  told,
  withConnection,
  withoutConnection,
} from '../../lib/domain/member.ts';

const room = 'room' as RoomId;
const bob = 'bob' as UserId;
const phone = 'phone' as ConnectionId;
const laptop = 'laptop' as ConnectionId;
const mark = { seq: 7, atMs: 1000 };
const nobody = emptyMember(room, bob, 'e1');
const inside = joined(nobody, phone, 'm1', 500);

test('a fresh join starts anew: no mark, one device, its own epoch, no end before it (I-M12)', () => {
  const recentSends = [{ clientMessageId: 'x', atMs: 1 }];
  const before = { ...inside, connections: [], offline: mark, recentSends, mutedUntilMs: 7, muteExempt: true };
  const out = ended(before, 'left', 800);
  for (const row of [before, out]) {
    const again = joined(row, laptop, 'm2', 900);
    expect(again).toMatchObject({ membership: 'm2', joinedAtMs: 900, connections: [laptop], recentSends: [] });
    expect(again).toMatchObject({ offline: undefined, ended: undefined, mutedUntilMs: 7, muteExempt: true });
  }
});

test('the mark is set by the last device only (I-M14)', () => {
  const both = withConnection(inside, laptop);
  const one = withoutConnection(both, phone, mark);
  expect(one).toMatchObject({ connections: [laptop], offline: undefined });
  expect(withoutConnection(one, laptop, mark)).toMatchObject({ connections: [], offline: mark });
});

test('a late drop of an old connection changes nothing (cases 7 and 8)', () => {
  const offline = withoutConnection(inside, phone, mark);
  expect(withoutConnection(offline, phone, { seq: 9, atMs: 2000 })).toEqual(offline);
  const back = withConnection(offline, laptop);
  expect(back).toMatchObject({ membership: 'm1', connections: [laptop], offline: undefined });
  expect(withoutConnection(back, phone, { seq: 9, atMs: 2000 })).toEqual(back);
});

test('a block ends the membership on all devices and holds until its last millisecond (case 20)', () => {
  const out = blocked(withConnection(inside, laptop), 60_000, 'blocked', 900);
  expect(out).toMatchObject({ membership: undefined, connections: [], offline: undefined });
  expect(out.ended).toEqual({ membership: 'm1', reason: 'blocked', atMs: 900, connections: [phone, laptop] });
  expect([59_999, 60_000].map((nowMs) => isBlocked(out, nowMs))).toEqual([true, false]);
});

test('a block of one who is out leaves the end that he had, and the last block counts', () => {
  const out = ended(inside, 'left', 900);
  expect(blocked(out, 60_000, 'blocked', 950)).toEqual({ ...out, blockedUntilMs: 60_000 });
  expect(blocked(blocked(out, 60_000, 'blocked', 950), 5, 'blocked', 960)).toEqual({ ...out, blockedUntilMs: 5 });
  expect(blocked(nobody, 60_000, 'blocked', 900)).toEqual({ ...nobody, blockedUntilMs: 60_000 });
});

test('an end says how, when and who is to be told, and takes only what is of the membership', () => {
  const recentSends = [{ clientMessageId: 'x', atMs: 1 }];
  const kept = { blockedUntilMs: 2000, mutedUntilMs: 3000, muteExempt: true, revision: 4 };
  const member = { ...withConnection(inside, laptop), ...kept, recentSends };
  const out = ended(member, 'left', 1000, phone);
  expect(out).toMatchObject({ ...kept, membership: undefined, connections: [], offline: undefined, recentSends: [] });
  expect(out.ended).toEqual({ membership: 'm1', reason: 'left', atMs: 1000, connections: [laptop] });
  const offline = ended({ ...member, connections: [], offline: mark }, 'offline', 1000);
  expect(offline).toMatchObject({ offline: undefined, ended: { reason: 'offline', connections: [] } });
});

test('the reason of an end outlives the telling only where somebody may still ask for it', () => {
  const kept = (reason: EndReason, leaveEndsAllDevices: boolean) =>
    told(ended(inside, reason, 1000), leaveEndsAllDevices).ended?.reason;
  expect((['left', 'offline', 'blocked'] as const).map((reason) => kept(reason, false))).toEqual([
    undefined,
    undefined,
    'blocked',
  ]);
  expect((['left', 'offline', 'blocked'] as const).map((reason) => kept(reason, true))).toEqual([
    'left',
    undefined,
    'blocked',
  ]);
  const out = ended(inside, 'blocked', 1000);
  expect(told(out, false)).toEqual({ ...out, ended: { ...out.ended, connections: [] } });
  expect(told(told(out, false), false)).toEqual(told(out, false));
  expect(told(nobody, true)).toEqual({ ...nobody, ended: undefined });
});

test.each<[string, Member, boolean]>([
  ['nothing', nobody, false],
  ['a membership', inside, true],
  ['an end', ended(inside, 'offline', 1000), true],
  ['an exemption', { ...nobody, muteExempt: true }, true],
  ['a block', { ...nobody, blockedUntilMs: 1001 }, true],
  ['a block that is over', { ...nobody, blockedUntilMs: 1000 }, false],
  ['a mute', { ...nobody, mutedUntilMs: 1001 }, true],
  ['a mute that is over', { ...nobody, mutedUntilMs: 1000 }, false],
  ['a room epoch and a revision', { ...nobody, revision: 9, joinedAtMs: 5 }, false],
])('a row that says %s is worth keeping, or not', (_what, row, kept) => {
  expect(isWorthKeeping(row, 1000)).toBe(kept);
});

test('a row of an older room epoch counts as none; blocks and mutes fall with the room', () => {
  const old = { ...blocked(inside, 60_000, 'blocked', 900), mutedUntilMs: 9, muteExempt: true, revision: 4 };
  expect(currentMember(old, room, bob, 'e2')).toEqual({ ...emptyMember(room, bob, 'e2'), revision: 4 });
  expect(currentMember(old, room, bob, 'e1')).toBe(old);
  expect(currentMember(undefined, room, bob, 'e1')).toEqual(nobody);
});

test('whatever connects and drops, offline is exactly a member without a device', () => {
  const step = fc.record({ connects: fc.boolean(), device: fc.constantFrom(phone, laptop, 'tablet' as ConnectionId) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let member = inside;
      const live = new Set<string>([phone]);
      for (const { connects, device } of steps) {
        member = connects ? withConnection(member, device) : withoutConnection(member, device, mark);
        if (connects) live.add(device);
        else live.delete(device);
        expect(new Set(member.connections)).toEqual(live);
        expect(member.connections).toHaveLength(live.size);
        expect(member.offline !== undefined).toBe(live.size === 0);
        expect(member.membership).toBe('m1');
      }
    }),
  );
});
