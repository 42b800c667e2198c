import { describe, expect, it, onTestFinished } from 'vitest';
import type { End, Member } from '../../lib/domain/member.ts';
import { DAY_MS } from '../../lib/domain/time.ts';
import { memberKey } from '../../lib/store/dynamodb/keys.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore, rowAt } from './interposed-store.ts';
import { connectionId, newMember, newRoom, user } from './rows.ts';

/** The contract of every engine for member rows. */
export function describeMembers(use: () => StoreUnderTest): void {
  const put = async (next: Member, revision: number) => {
    const stored = await use().store.putMember(next, revision);
    if (stored === 'conflict') throw new Error('unable to put; conflict');
    return stored;
  };
  const mark = { seq: 4, atMs: 40, sinceMs: 30 };
  const restoreClock = () => {
    const { clock } = use();
    const { nowMs } = clock;
    onTestFinished(() => {
      clock.nowMs = nowMs;
    });
  };
  const gone = { membershipId: undefined, connections: [], devices: {} };
  const end = (change: Partial<End> = {}): End => ({
    membershipId: 'm1',
    reason: 'left',
    atMs: use().clock.nowMs,
    connections: [connectionId('c1'), connectionId('c0')],
    ...change,
  });

  describe('a member', () => {
    it('is read as put, with its connections in order', async () => {
      const { roomId: room } = newRoom();
      const stored = await put(
        newMember(room, 'ann', {
          connections: [connectionId('z'), connectionId('a='), connectionId('m/+')],
          disconnectedDevices: ['tablet', 'desktop.1'],
          lastDisconnectAtMs: 6,
          mutedUntilMs: 7,
          muteExempt: true,
          ended: end({ reason: 'offline', atMs: 3 }),
        }),
        0,
      );
      expect(await use().store.getMember(room, user('ann'))).toEqual(stored);
      const next = await put({ ...stored, connections: [], devices: {}, offline: mark }, stored.revision);
      expect(next.revision).toBe(stored.revision + 1);
      expect(await use().store.getMember(room, user('ann'))).toEqual(next);
      expect(await use().store.getMember(room, user('bob'))).toBeUndefined();
    });

    it.each([
      ['on the last device', 30, 29, 30],
      ['on another device', 30, 31, 31],
      ['on another device, by a clock that is ahead', 30, 41, 40],
      ['by a clock that is ahead', 50, 0, 40],
    ])('was last heard of %s', async (_what, sinceMs, lastDisconnectAtMs, read) => {
      const offline = { ...mark, sinceMs };
      const state = { connections: [], lastDisconnectAtMs, offline };
      const { roomId: room, userId } = await put(newMember(newRoom().roomId, 'ann', state), 0);
      expect((await use().store.getMember(room, userId))?.offline).toEqual({ ...mark, sinceMs: read });
    });

    it('has one winner among 20 racing first joins, and among 20 racing changes', async () => {
      const { roomId: room } = newRoom();
      const race = (revision: number, name: string) =>
        Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            use().store.putMember(newMember(room, 'ann', { membershipId: `${name}${index}` }), revision),
          ),
        );
      const [winner, ...others] = (await race(0, 'm')).filter((answer) => answer !== 'conflict');
      expect(others).toEqual([]);
      expect((await race(winner?.revision ?? 0, 'n')).filter((answer) => answer !== 'conflict')).toHaveLength(1);
    });

    it('is ended by one of many callers that put the same end', async () => {
      const { roomId: room } = newRoom();
      const inside = await put(newMember(room, 'ann'), 0);
      const next = { ...inside, ...gone, ended: end() };
      const all = await Promise.all(
        Array.from({ length: 10 }, () => use().store.putMember(next, inside.revision, 'left')),
      );
      expect(all.filter((answer) => answer !== 'conflict')).toHaveLength(1);
    });

    it('is not put a second time where it is the first row, the answer is lost and the member has left since', async () => {
      const { store } = use();
      const { roomId: room } = newRoom();
      const leave = async () => {
        const row = await store.getMember(room, user('ann'));
        expect(row && (await store.deleteMember(row))).toBe('deleted');
      };
      const lost = interposedStore(use(), { 0: 'lost', 1: leave });
      await expect(lost.putMember(newMember(room, 'ann'), 0)).rejects.toThrow(StoreFault);
      expect(await store.getMember(room, user('ann'))).toBeUndefined();
      const found = interposedStore(use(), { 0: 'lost' });
      expect(await found.putMember(newMember(room, 'bob'), 0)).toMatchObject({ userId: 'bob' });
    });

    it('is put once when the answer is lost, unless another write was first', async () => {
      const { roomId: room } = newRoom();
      const inside = await put(newMember(room, 'ann'), 0);
      const next = { ...inside, ...gone, mutedUntilMs: 9, ended: end() };
      const lost = interposedStore(use(), { 0: 'lost' });
      expect(await lost.putMember(next, inside.revision)).toEqual({ ...next, revision: inside.revision + 1 });
      const differs: Partial<Member>[] = [
        { mutedUntilMs: 8 },
        { muteExempt: true },
        { ended: end({ reason: 'blocked' }) },
        { ended: end({ connections: [] }) },
        { disconnectedDevices: ['tablet'] },
        { lastDisconnectAtMs: 1 },
      ];
      for (const [index, other] of differs.entries()) {
        const before = await put(newMember(room, `u${index}`), 0);
        const overtaken = interposedStore(use(), {
          0: 'dropped',
          1: () => put({ ...before, ...gone, mutedUntilMs: 9, ended: end(), ...other }, before.revision),
        });
        const late = { ...before, ...gone, mutedUntilMs: 9, ended: end() };
        expect(await overtaken.putMember(late, before.revision)).toBe('conflict');
      }
    });

    it('that was deleted and created again is not the one read before', async () => {
      const { roomId: room } = newRoom();
      const first = await put(newMember(room, 'ann'), 0);
      expect(await use().store.deleteMember(first)).toBe('deleted');
      await put(newMember(room, 'ann', { membershipId: 'm2' }), 0);
      expect(await use().store.putMember(first, first.revision)).toBe('conflict');
      expect(await use().store.deleteMember(first)).toBe('conflict');
      expect((await use().store.getMember(room, user('ann')))?.membershipId).toBe('m2');
    });

    it('is deleted by one of many callers, and only if unchanged since the read', async () => {
      const { roomId: room } = newRoom();
      const first = await put(newMember(room, 'ann'), 0);
      const now = await put(first, first.revision);
      expect(await use().store.deleteMember(first)).toBe('conflict');
      expect(await use().store.deleteMember({ ...now, membershipId: 'other' })).toBe('conflict');
      const all = await Promise.all(Array.from({ length: 10 }, () => use().store.deleteMember(now)));
      expect(all.filter((answer) => answer === 'deleted')).toHaveLength(1);
    });

    it.each<[string, (untilMs: number) => Partial<Member>]>([
      ['a block', (untilMs) => ({ blockedUntilMs: untilMs, mutedUntilMs: untilMs - 1000 })],
      ['a mute', (untilMs) => ({ mutedUntilMs: untilMs, blockedUntilMs: untilMs - 1000 })],
      ['an end', (untilMs) => ({ ended: end({ atMs: untilMs - 24 * 3600 * 1000 }), blockedUntilMs: 5 })],
    ])('with only %s expires with it', async (_what, until) => {
      const { store, clock } = use();
      restoreClock();
      const { roomId: room } = newRoom();
      const untilMs = clock.nowMs + 5000;
      await put(newMember(room, 'ann', { ...gone, ...until(untilMs) }), 0);
      clock.nowMs = untilMs - 1;
      expect(await store.getMember(room, user('ann'))).toMatchObject(until(untilMs));
      clock.nowMs += 1000;
      expect(await store.getMember(room, user('ann'))).toBeUndefined();
    });

    it('never expires while exempt from mutes or in the room', async () => {
      const { store, clock } = use();
      restoreClock();
      const { roomId: room } = newRoom();
      const past = { blockedUntilMs: clock.nowMs + 1000, mutedUntilMs: clock.nowMs + 1000, ended: end() };
      const exempt = await put(newMember(room, 'ann', { ...gone, ...past, muteExempt: true }), 0);
      const member = await put(newMember(room, 'bob', past), 0);
      clock.nowMs += 3650 * 24 * 3600 * 1000;
      const now = await Promise.all([user('ann'), user('bob')].map((name) => store.getMember(room, name)));
      expect(now).toEqual([exempt, member]);
    });

    it('with only a block expires with it, and a join can replace the row', async () => {
      const { store, clock } = use();
      const { roomId: room } = newRoom();
      const blockedUntilMs = clock.nowMs + 5000;
      await put(newMember(room, 'ann', { ...gone, blockedUntilMs }), 0);
      expect(await store.getMember(room, user('ann'))).toMatchObject({ blockedUntilMs });
      expect(await store.putMember(newMember(room, 'ann'), 0)).toBe('conflict');
      clock.nowMs += 6000;
      expect(await store.getMember(room, user('ann'))).toBeUndefined();
      expect(await store.getMembers(room, [user('ann')])).toEqual([]);
      expect(await store.listMembers(room)).toEqual({ members: [] });
      expect(await store.putMember(newMember(room, 'ann'), 0)).toMatchObject({ membershipId: 'm1' });
    });
  });

  describe("the event of a member's row", () => {
    const eventOf = async ({ roomId: room, userId }: Member) => (await rowAt(use(), memberKey(room, userId)))?.event;

    it.each(['joined', 'left', 'offline', 'blocked'] as const)('is %s until the next write', async (event) => {
      const { store } = use();
      const first = await store.putMember(newMember(newRoom().roomId, 'ann'), 0, event);
      if (first === 'conflict') throw new Error('unable to put; conflict');
      expect(await eventOf(first)).toBe(event);
      expect(await store.getMember(first.roomId, first.userId)).not.toHaveProperty('event');
      const next = await put(first, first.revision);
      expect(await eventOf(next)).toBeUndefined();
      const again = await store.putMember(next, next.revision, event);
      expect(again).not.toHaveProperty('event');
      expect(await eventOf(first)).toBe(event);
    });
  });

  describe('many members', () => {
    it('are all found, by user id and page by page, and only those of the room', async () => {
      const { roomId: room } = newRoom();
      const names = Array.from({ length: 230 }, (_, index) => `u${index}`);
      const disconnectedDevices = ['x'.repeat(8000)];
      for (let from = 0; from < names.length; from += 10) {
        await Promise.all(
          names.slice(from, from + 10).map((name) => put(newMember(room, name, { disconnectedDevices }), 0)),
        );
      }
      await use().store.createRoom(newRoom({ roomId: room }));
      const wanted = [...names, 'u1', 'nobody'].map(user);
      expect(await use().store.getMembers(room, wanted)).toHaveLength(230);
      expect(await use().store.getMembers(room, [])).toEqual([]);
      const found: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await use().store.listMembers(room, cursor);
        found.push(...page.members.map((member) => member.userId));
        cursor = page.cursor;
        pages += 1;
      } while (cursor !== undefined);
      expect(pages).toBeGreaterThan(1);
      expect(new Set(found)).toEqual(new Set(names));
      expect(found).toHaveLength(230);
    });

    it('have the reason of an ended membership for a day', async () => {
      const { store, clock } = use();
      const [left, blocked] = [`left-${clock.nowMs}`, `blocked-${clock.nowMs}`];
      onTestFinished(() => {
        clock.nowMs -= DAY_MS;
      });
      await store.noteEnd(left, 'left');
      await store.noteEnd(blocked, 'left');
      await store.noteEnd(blocked, 'blocked');
      expect(await store.getEnd(left)).toBe('left');
      expect(await store.getEnd(blocked)).toBe('blocked');
      expect(await store.getEnd('another')).toBeUndefined();
      clock.nowMs += DAY_MS;
      expect(await store.getEnd(left)).toBeUndefined();
    });
  });
}
