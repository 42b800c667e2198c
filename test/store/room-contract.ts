import { describe, expect, it } from 'vitest';
import type { Room, RoomExpiry } from '../../lib/domain/room.ts';
import { roomKey } from '../../lib/store/dynamodb/keys.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { type Event, interposedStore, rowAt } from './interposed-store.ts';
import { acceptance, inTail, message, newRoom, recalled, user } from './rows.ts';

/** The contract of every engine for room rows. */
export function describeRooms(use: () => StoreUnderTest): void {
  const create = async (change: Partial<Room> = {}) => {
    const room = newRoom(change);
    expect(await use().store.createRoom(room)).toBe(true);
    return room;
  };

  describe('a room', () => {
    it('is read as it was created', async () => {
      const room = await create({
        seq: 2,
        lastMessageAtMs: 1002,
        tail: [inTail({ ...message(1), sentAtMs: 1002 }), inTail(recalled(message(2)))],
        allowlistedSince: { bob: { seq: 1, lastMessageAtMs: 9 } },
        destroyType: 'fixed',
        destroyAfterMin: 90,
        muted: true,
        distributionStopped: true,
        lastActiveAtMs: 8,
        realTimeKickOut: false,
        hasEntries: true,
        taken: { '7': 2 },
        incomplete: true,
      });
      expect(await use().store.getRoom(room.roomId)).toEqual(room);
      expect(await use().store.getRoom(newRoom().roomId)).toBeUndefined();
    });

    it('is created once while it lives, and recognises a repeated create', async () => {
      const room = await create();
      expect(await use().store.createRoom(room)).toBe(true);
      expect(await use().store.createRoom({ ...room, epoch: 'e2' })).toBe(false);
    });

    it('is replaced by a new one only once destroyed', async () => {
      const room = await create();
      const { store } = use();
      const destroyed = { destroyedAtMs: 7, destroyedAutomatically: true };
      expect(await store.destroyRoom(room.roomId, 'e1', 7, true)).toEqual({ ...room, ...destroyed });
      expect(await store.destroyRoom(room.roomId, 'e1', 7, true)).toBeUndefined();
      expect(await store.destroyRoom(room.roomId, 'e1', 7, false)).toBeUndefined();
      expect(await store.destroyRoom(room.roomId, 'e1', 8, true)).toBeUndefined();
      expect(await store.acceptMessage(acceptance(room, 'late'))).toBe('conflict');
      expect(await store.createRoom({ ...room, epoch: 'e2' })).toBe(true);
      await store.removeRoom(room.roomId, 'e1');
      await store.removeRoom(room.roomId, 'e2');
      expect((await store.getRoom(room.roomId))?.epoch).toBe('e2');
      expect(await store.destroyRoom(room.roomId, 'e1', 9, false)).toBeUndefined();
      expect(await store.destroyRoom(room.roomId, 'e2', 9, false)).toMatchObject({ destroyedAutomatically: false });
      expect(await store.destroyRoom(room.roomId, 'e1', 9, false)).toBeUndefined();
      await store.removeRoom(room.roomId, 'e2');
      expect(await store.getRoom(room.roomId)).toBeUndefined();
    });

    it('has one winner among racing creates, and one among racing destroys', async () => {
      const room = newRoom();
      const { store } = use();
      const epochs = Array.from({ length: 20 }, (_, index) => `e${index}`);
      const created = await Promise.all(epochs.map((epoch) => store.createRoom({ ...room, epoch })));
      expect(created.filter(Boolean)).toHaveLength(1);
      const winner = epochs[created.indexOf(true)] ?? '';
      const destroyed = await Promise.all(epochs.map(() => store.destroyRoom(room.roomId, winner, 7, false)));
      expect(destroyed.filter((answer) => answer !== undefined)).toHaveLength(1);
    });
  });

  describe('a change of a room', () => {
    const changes: readonly [string, (room: Room) => Promise<Room | undefined>, Partial<Room>][] = [
      [
        'its version of the send permissions',
        (room) => use().store.bumpSendPermissionVersion(room.roomId, room.epoch),
        { sendPermissionVersion: 2 },
      ],
      [
        'its end',
        (room) => use().store.setRoomExpiry(room.roomId, room.epoch, { destroyType: 'fixed', destroyAfterMin: 61 }),
        { destroyType: 'fixed', destroyAfterMin: 61 },
      ],
      [
        'its mute',
        (room) => use().store.setRoomMuted(room.roomId, room.epoch, true),
        { muted: true, sendPermissionVersion: 2 },
      ],
      [
        'its slow mode',
        (room) => use().store.setSlowMode(room.roomId, room.epoch, 30),
        { slowModeSec: 30, sendPermissionVersion: 2 },
      ],
      [
        'its distribution',
        (room) => use().store.setDistributionStopped(room.roomId, room.epoch, true),
        { distributionStopped: true },
      ],
      ['its start', (room) => use().store.noteComplete(room.roomId, room.epoch), {}],
      ['its entries', (room) => use().store.noteEntries(room.roomId, room.epoch), { hasEntries: true }],
      ['its activity', (room) => use().store.noteActivity(room.roomId, room.epoch, 9), { lastActiveAtMs: 9 }],
      [
        'its real-time service',
        (room) => use().store.setRealTimeKickOut(room.roomId, room.epoch, false),
        { realTimeKickOut: false },
      ],
    ];

    it.each(changes)('changes %s and nothing else', async (_what, change, expected) => {
      const room = await create({ seq: 3, lastMessageAtMs: 1003, tail: [inTail(message(3))] });
      expect(await change(room)).toEqual({ ...room, ...expected });
      expect(await use().store.getRoom(room.roomId)).toEqual({ ...room, ...expected });
    });

    it.each(changes)('of %s affects no other room epoch, and no destroyed room', async (_what, change) => {
      const room = await create();
      expect(await change({ ...room, epoch: 'e0' })).toBeUndefined();
      expect(await change(newRoom())).toBeUndefined();
      const destroyed = await use().store.destroyRoom(room.roomId, 'e1', 7, false);
      expect(await change(room)).toBeUndefined();
      expect(await use().store.getRoom(room.roomId)).toEqual(destroyed);
    });

    it('marks the room as complete, for good', async () => {
      const room = await create({ incomplete: true });
      for (const _ of [1, 2])
        expect(await use().store.noteComplete(room.roomId, 'e1')).not.toHaveProperty('incomplete');
    });

    it('can be reversed', async () => {
      const room = await create({ muted: true, distributionStopped: true });
      const { store } = use();
      expect(await store.setRoomMuted(room.roomId, 'e1', false)).toMatchObject({
        muted: false,
        sendPermissionVersion: 2,
      });
      expect(await store.setDistributionStopped(room.roomId, 'e1', false)).toMatchObject({
        distributionStopped: false,
      });
      expect(await store.setRealTimeKickOut(room.roomId, 'e1', true)).toMatchObject({ realTimeKickOut: true });
      expect(await store.setRealTimeKickOut(room.roomId, 'e1', undefined)).not.toHaveProperty('realTimeKickOut');
      expect(await store.setRealTimeKickOut(room.roomId, 'e1', undefined)).toMatchObject({ roomId: room.roomId });
      expect(await store.setSlowMode(room.roomId, 'e1', 30)).toMatchObject({ slowModeSec: 30 });
      expect(await store.setSlowMode(room.roomId, 'e1', 0)).toMatchObject({ sendPermissionVersion: 4 });
      for (const name of ['realTimeKickOut', 'slowModeSec'])
        expect(await rowAt(use(), roomKey(room.roomId))).not.toHaveProperty(name);
    });

    it('notes its last activity, which never goes back', async () => {
      const room = await create({ createdAtMs: 1, lastActiveAtMs: 7 });
      const note = async (nowMs: number) => (await use().store.noteActivity(room.roomId, 'e1', nowMs))?.lastActiveAtMs;
      for (const nowMs of [3, 7]) expect(await note(nowMs)).toBe(7);
      expect(await note(9)).toBe(9);
      await Promise.all([8, 12, 10, 11].map(note));
      expect(await note(2)).toBe(12);
    });
  });

  describe('a room that expires', () => {
    const destroy = (room: Room, epoch = 'e1') => use().store.destroyRoom(room.roomId, epoch, 7, true, room);
    const setEnd = (room: Room, end: RoomExpiry) => use().store.setRoomExpiry(room.roomId, 'e1', end);

    it.each<[string, (room: Room) => Promise<unknown>]>([
      ['a message', (room) => use().store.acceptMessage(acceptance(room, 'a'))],
      ['a join or a leave', (room) => use().store.noteActivity(room.roomId, 'e1', 9)],
      ['a new version of the send permissions', (room) => use().store.bumpSendPermissionVersion(room.roomId, 'e1')],
      ['another way to end', (room) => setEnd(room, { destroyType: 'fixed', destroyAfterMin: 60 })],
      ['another time to end', (room) => setEnd(room, { destroyType: 'idle', destroyAfterMin: 61 })],
    ])('stays if it has had %s since it was read', async (_what, act) => {
      const room = await create();
      await act(room);
      expect(await destroy(room)).toBeUndefined();
      const now = await use().store.getRoom(room.roomId);
      expect(now).not.toHaveProperty('destroyedAtMs');
      expect(now === undefined ? undefined : await destroy(now)).toMatchObject({ destroyedAtMs: 7 });
    });

    it('is destroyed despite other changes', async () => {
      const room = await create({ seq: 3, lastMessageAtMs: 1003, tail: [inTail(message(3))], lastActiveAtMs: 5 });
      await use().store.setDistributionStopped(room.roomId, 'e1', true);
      await setEnd(room, room);
      expect(await destroy(room)).toMatchObject({ seq: 3, destroyedAtMs: 7, destroyedAutomatically: true });
      const again = await create({ lastActiveAtMs: 5 });
      expect(await destroy({ ...again, seq: 1 })).toBeUndefined();
      expect(await destroy({ ...again, lastActiveAtMs: 4 })).toBeUndefined();
      expect(await destroy({ ...again, lastActiveAtMs: 6 })).toBeUndefined();
      expect(await destroy(again, 'e0')).toBeUndefined();
      expect(await destroy(again)).toMatchObject({ destroyedAtMs: 7 });
    });

    it('is not created a second time where the answer is lost and it was destroyed since', async () => {
      const { store } = use();
      const room = newRoom();
      const destroy = () => store.destroyRoom(room.roomId, room.epoch, 7, false);
      const lost = interposedStore(use(), { 0: 'lost', 1: destroy });
      await lost.createRoom(room).catch(() => undefined);
      expect(await store.getRoom(room.roomId)).toMatchObject({ destroyedAtMs: 7 });
    });

    it('is destroyed when the answer is lost, unless it is in use again', async () => {
      const room = await create();
      const store = (events: Record<number, Event>) => interposedStore(use(), events);
      expect(await store({ 0: 'lost' }).destroyRoom(room.roomId, 'e1', 7, true, room)).toMatchObject({
        destroyedAtMs: 7,
      });
      const used = await create();
      const note = () => use().store.noteActivity(used.roomId, 'e1', 9);
      const overtaken = store({ 0: 'dropped', 1: note });
      expect(await overtaken.destroyRoom(used.roomId, 'e1', 7, true, used)).toBeUndefined();
      expect(await use().store.getRoom(used.roomId)).toEqual({ ...used, lastActiveAtMs: 9 });
    });
  });

  describe("the event of a room's row", () => {
    const eventOf = async ({ roomId }: Room) => (await rowAt(use(), roomKey(roomId)))?.event;

    it('reports the creation and the destruction', async () => {
      const room = await create();
      expect(await eventOf(room)).toBe('room-created');
      await use().store.destroyRoom(room.roomId, 'e1', 7, false);
      expect(await eventOf(room)).toBe('room-destroyed');
      expect(await use().store.getRoom(room.roomId)).not.toHaveProperty('event');
      expect(await use().store.createRoom({ ...room, epoch: 'e2' })).toBe(true);
      expect(await eventOf(room)).toBe('room-created');
    });

    it.each<[string, (room: Room) => Promise<unknown>]>([
      ['message', (room) => use().store.acceptMessage(acceptance(room, 'a'))],
      ['recall', (room) => use().store.recallInTail(room.roomId, 'e1', message(3))],
      ['addition to the allowlist', (room) => use().store.addToAllowlist(room.roomId, 'e1', user('bob'), 5)],
      ['removal from the allowlist', (room) => use().store.removeFromAllowlist(room.roomId, 'e1', user('ann'))],
      ['version of the send permissions', (room) => use().store.bumpSendPermissionVersion(room.roomId, 'e1')],
      ['end', (room) => use().store.setRoomExpiry(room.roomId, 'e1', { destroyType: 'fixed', destroyAfterMin: 61 })],
      ['mute', (room) => use().store.setRoomMuted(room.roomId, 'e1', true)],
      ['slow mode', (room) => use().store.setSlowMode(room.roomId, 'e1', 30)],
      ['end of slow mode', (room) => use().store.setSlowMode(room.roomId, 'e1', 0)],
      ['distribution', (room) => use().store.setDistributionStopped(room.roomId, 'e1', true)],
      ['note of its start', (room) => use().store.noteComplete(room.roomId, 'e1')],
      ['note of entries', (room) => use().store.noteEntries(room.roomId, 'e1')],
      ['note of activity', (room) => use().store.noteActivity(room.roomId, 'e1', 9)],
      ['real-time service', (room) => use().store.setRealTimeKickOut(room.roomId, 'e1', true)],
      ["deployment's real-time service", (room) => use().store.setRealTimeKickOut(room.roomId, 'e1', undefined)],
    ])('is not repeated by: %s', async (_what, change) => {
      const allowlistedSince = { ann: { seq: 0, lastMessageAtMs: 0 } };
      const room = await create({ seq: 3, lastMessageAtMs: 1003, tail: [inTail(message(3))], allowlistedSince });
      expect(await change(room)).toMatchObject({ roomId: room.roomId });
      expect(await eventOf(room)).toBeUndefined();
    });
  });
}
