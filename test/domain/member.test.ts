import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterEndNotified,
  blocked,
  currentMember,
  type DeviceConnection,
  emptyMember,
  ended,
  isBlocked,
  isWorthKeeping,
  joined,
  type Member,
  type MemberEndReason,
  type OfflineMark,
  withConnection,
  withoutConnection,
  withoutDevice,
} from '../../lib/domain/member.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';

const room = 'room' as RoomId;
const bob = 'bob' as UserId;
const at = (name: string): DeviceConnection => ({ connectionId: `c-${name}` as ConnectionId, device: name });
const phone = at('phone');
const laptop = at('laptop');
const idsOf = (...connections: readonly DeviceConnection[]) => connections.map(({ connectionId }) => connectionId);
const mark = { seq: 7, atMs: 1000, sinceMs: 900 };
const later = { seq: 9, atMs: 2000, sinceMs: 1900 };
const nobody = emptyMember(room, bob, 'e1');
const inside = joined(nobody, phone, 'm1', 500);
const without = (member: Member, { connectionId }: DeviceConnection, now = mark) =>
  withoutConnection(member, connectionId, now);

test('a fresh join starts clean: no mark, one device, the current epoch, no previous end (I-M12)', () => {
  const kept = { mutedUntilMs: 7, muteExempt: true };
  const before = { ...without(without(withConnection(inside, laptop), laptop), phone), ...kept };
  expect(before).toMatchObject({ disconnectedDevices: ['laptop', 'phone'], lastDisconnectAtMs: 900, offline: mark });
  const former = ended(before, 'left', 800);
  for (const row of [before, former]) {
    const again = joined(row, laptop, 'm2', 900);
    expect(again).toMatchObject({ membershipId: 'm2', joinedAtMs: 900 });
    expect(again).toMatchObject({ connections: idsOf(laptop), devices: { 'c-laptop': 'laptop' } });
    expect(again).toMatchObject({ disconnectedDevices: [], lastDisconnectAtMs: 0, offline: undefined });
    expect(again).toMatchObject({ ended: undefined, mutedUntilMs: 7, muteExempt: true });
  }
});

test('only the disconnect of the last device sets the mark and starts the clock (I-M14, case 11)', () => {
  const one = without(withConnection(inside, laptop), phone);
  expect(one).toMatchObject({ connections: idsOf(laptop), devices: { 'c-laptop': 'laptop' }, offline: undefined });
  expect(one).toMatchObject({ disconnectedDevices: ['phone'], lastDisconnectAtMs: 900 });
  const none = without(one, laptop, later);
  expect(none).toMatchObject({
    connections: [],
    devices: {},
    disconnectedDevices: ['phone', 'laptop'],
    offline: later,
  });
});

test('the mark has the latest sign of life of all devices', () => {
  const one = without(withConnection(inside, laptop), phone, later);
  const silentForLong = { seq: 9, atMs: 2000, sinceMs: 600 };
  expect(without(one, laptop, silentForLong).offline).toEqual({ ...silentForLong, sinceMs: 1900 });
  const again = without(withConnection(one, phone), phone);
  expect(again.lastDisconnectAtMs).toBe(1900);
});

test('the mark has the latest sign of life of all connections of one device', () => {
  const renewed = { ...phone, connectionId: 'c-phone-2' as ConnectionId };
  const one = without(withConnection(inside, renewed), phone, later);
  expect(one).toMatchObject({ connections: idsOf(renewed), disconnectedDevices: [], lastDisconnectAtMs: 1900 });
  expect(without(one, renewed, { seq: 9, atMs: 2000, sinceMs: 600 }).offline).toMatchObject({ sinceMs: 1900 });
});

test('I-M11: a late disconnect of an old connection changes nothing (cases 7 and 8)', () => {
  const offline = without(inside, phone);
  expect(without(offline, phone, later)).toEqual(offline);
  const back = withConnection(offline, laptop);
  expect(back).toMatchObject({
    membershipId: 'm1',
    connections: idsOf(laptop),
    disconnectedDevices: ['phone'],
    offline: undefined,
  });
  expect(without(back, phone, later)).toEqual(back);
});

test('a device that reconnects is not disconnected any more, and the end of its old connection changes nothing', () => {
  const renewed = { ...phone, connectionId: 'c-phone-2' as ConnectionId };
  expect(withConnection(without(inside, phone), renewed)).toMatchObject({
    connections: idsOf(renewed),
    disconnectedDevices: [],
  });
  const both = withConnection(inside, renewed);
  expect(without(both, phone)).toMatchObject({
    connections: idsOf(renewed),
    disconnectedDevices: [],
    offline: undefined,
  });
  expect(withConnection(both, renewed)).toEqual(both);
});

test('a device leaves with all its connections, and the last device to leave ends the membership', () => {
  const both = withConnection(withConnection(inside, laptop), { ...phone, connectionId: 'c-2' as ConnectionId });
  const rest = withoutDevice(both, 'phone', mark);
  expect(rest).toMatchObject({
    connections: idsOf(laptop),
    disconnectedDevices: [],
    offline: undefined,
    lastDisconnectAtMs: 900,
  });
  expect(withoutDevice(rest ?? nobody, 'laptop', mark)).toBeUndefined();
  expect(withoutDevice(inside, 'phone', mark)).toBeUndefined();
});

test('a member who leaves on the last live device stays, offline, while other devices are disconnected', () => {
  const left = withoutDevice(without(withConnection(inside, laptop), phone), 'laptop', later);
  expect(left).toMatchObject({
    membershipId: 'm1',
    connections: [],
    devices: {},
    disconnectedDevices: ['phone'],
    offline: later,
  });
  expect(withoutDevice(left ?? nobody, 'phone', later)).toBeUndefined();
  const two = without(withConnection(without(inside, phone), laptop), laptop, later);
  expect(withoutDevice(two, 'phone', { ...later, seq: 12 })).toMatchObject({
    disconnectedDevices: ['laptop'],
    offline: later,
  });
});

test('a member keeps only the last eight disconnected devices', () => {
  const names = Array.from({ length: 10 }, (_, index) => `d${index}`);
  const member = names.reduce((row, name) => without(withConnection(row, at(name)), at(name)), inside);
  expect(member).toMatchObject({ connections: idsOf(phone), disconnectedDevices: names.slice(2) });
});

test('a block ends the membership on all devices and holds until its last millisecond (case 20)', () => {
  const former = blocked(withConnection(inside, laptop), 60_000, 'blocked', 900);
  expect(former).toMatchObject({ membershipId: undefined, connections: [], devices: {}, offline: undefined });
  expect(former.ended).toEqual({ membershipId: 'm1', reason: 'blocked', atMs: 900, connections: idsOf(phone, laptop) });
  expect([59_999, 60_000].map((nowMs) => isBlocked(former, nowMs))).toEqual([true, false]);
});

test('a block of a former member keeps the earlier end, and the last block counts', () => {
  const former = ended(inside, 'left', 900);
  expect(blocked(former, 60_000, 'blocked', 950)).toEqual({ ...former, blockedUntilMs: 60_000 });
  expect(blocked(blocked(former, 60_000, 'blocked', 950), 5, 'blocked', 960)).toEqual({ ...former, blockedUntilMs: 5 });
  expect(blocked(nobody, 60_000, 'blocked', 900)).toEqual({ ...nobody, blockedUntilMs: 60_000 });
});

test('an end says how, when and which connections to notify, and clears only the membership', () => {
  const kept = { blockedUntilMs: 2000, mutedUntilMs: 3000, muteExempt: true, revision: 4 };
  const member = { ...withConnection(inside, laptop), ...kept };
  const former = ended(member, 'left', 1000, phone.connectionId);
  expect(former).toMatchObject({ ...kept, membershipId: undefined, connections: [], offline: undefined });
  expect(former.ended).toEqual({ membershipId: 'm1', reason: 'left', atMs: 1000, connections: idsOf(laptop) });
  const offline = ended(without(without(member, phone), laptop), 'offline', 1000);
  expect(offline).toMatchObject({
    offline: undefined,
    disconnectedDevices: [],
    lastDisconnectAtMs: 0,
    ended: { reason: 'offline', connections: [] },
  });
});

test('the reason of an end stays after the notification only where a client may still ask for it', () => {
  const kept = (reason: MemberEndReason, leaveEndsAllDevices: boolean) =>
    afterEndNotified(ended(inside, reason, 1000), leaveEndsAllDevices).ended?.reason;
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
  const former = ended(inside, 'blocked', 1000);
  expect(afterEndNotified(former, false)).toEqual({ ...former, ended: { ...former.ended, connections: [] } });
  expect(afterEndNotified(afterEndNotified(former, false), false)).toEqual(afterEndNotified(former, false));
  expect(afterEndNotified(nobody, true)).toEqual({ ...nobody, ended: undefined });
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
])('whether a row with %s is worth keeping', (_what, row, kept) => {
  expect(isWorthKeeping(row, 1000)).toBe(kept);
});

test('a row of an older room epoch is ignored; blocks and mutes end with the room', () => {
  const old = { ...blocked(inside, 60_000, 'blocked', 900), mutedUntilMs: 9, muteExempt: true, revision: 4 };
  expect(currentMember(old, room, bob, 'e2')).toEqual({ ...emptyMember(room, bob, 'e2'), revision: 4 });
  expect(currentMember(old, room, bob, 'e1')).toBe(old);
  expect(currentMember(undefined, room, bob, 'e1')).toEqual(nobody);
});

describe('any sequence of connects, disconnects and leaves', () => {
  const names = ['phone', 'laptop', 'tablet'];
  /** Two connections of each device. */
  const connections = ['1', '2'].flatMap((number) =>
    names.map((device) => ({ connectionId: `${device}-${number}` as ConnectionId, device })),
  );
  const step = fc.record({
    act: fc.constantFrom('connects', 'disconnects', 'leaves' as const),
    by: fc.constantFrom(...connections),
    gapMs: fc.nat({ max: 1000 }),
    silentMs: fc.nat({ max: 2000 }),
  });

  /** The expected state: live connections and disconnected devices. */
  class Devices {
    readonly live = new Map<ConnectionId, string>();
    readonly disconnected = new Set<string>();

    connects({ connectionId, device }: DeviceConnection): void {
      this.live.set(connectionId, device);
      this.disconnected.delete(device);
    }

    disconnects({ connectionId, device }: DeviceConnection): void {
      if (this.live.delete(connectionId) && ![...this.live.values()].includes(device)) this.disconnected.add(device);
    }

    leaves({ device }: DeviceConnection): void {
      for (const [id, other] of this.live) if (other === device) this.live.delete(id);
      this.disconnected.delete(device);
    }
  }

  const after = (
    member: Member,
    act: 'connects' | 'disconnects' | 'leaves',
    by: DeviceConnection,
    now: OfflineMark,
  ) => {
    if (act === 'connects') return withConnection(member, by);
    return act === 'disconnects'
      ? withoutConnection(member, by.connectionId, now)
      : withoutDevice(member, by.device, now);
  };

  test('has each live and disconnected device once, and is offline exactly without a connection', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const devices = new Devices();
        const [first = phone] = connections;
        devices.connects(first);
        let member = joined(nobody, first, 'm1', 0);
        let nowMs = 10_000;
        for (const { act, by, gapMs, silentMs } of steps) {
          nowMs += gapMs;
          const now = { seq: nowMs, atMs: nowMs, sinceMs: nowMs - silentMs };
          const next = after(member, act, by, now);
          devices[act](by);
          expect(next === undefined).toBe(devices.live.size + devices.disconnected.size === 0);
          if (next === undefined) return;
          expect(next.devices).toEqual(Object.fromEntries(devices.live));
          expect(new Set(next.connections)).toEqual(new Set(devices.live.keys()));
          expect(next.connections).toHaveLength(devices.live.size);
          expect(new Set(next.disconnectedDevices)).toEqual(devices.disconnected);
          expect(next.disconnectedDevices).toHaveLength(devices.disconnected.size);
          expect(next.offline !== undefined).toBe(devices.live.size === 0);
          expect(next.membershipId).toBe('m1');
          // The disconnect or leave of the last connection sets the mark, which stays until a device reconnects.
          if (next.offline !== undefined) expect(next.offline.seq).toBe(member.offline?.seq ?? nowMs);
          if (next.offline !== undefined && member.offline === undefined) {
            expect(next.offline.sinceMs).toBe(Math.max(now.sinceMs, member.lastDisconnectAtMs));
            expect(next.offline.sinceMs).toBeLessThanOrEqual(next.offline.atMs);
          }
          member = next;
        }
      }),
    );
  });
});
