import { describe, expect, it, onTestFinished } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { dueShardOf } from '../../lib/store/dynamodb/keys.ts';
import type { Connection } from '../../lib/store/room-store.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { connectionLifeMs, type StoreUnderTest } from '../support/emulators.ts';
import { interposedStore, readUnitsOf } from './interposed-store.ts';
import { connectionId, fresh, keyOf, newConnection, user } from './rows.ts';

const room = 'r1' as RoomId;

/** The contract of every engine for connections. */
export function describeConnections(use: () => StoreUnderTest): void {
  describe('a connection', () => {
    it('opens once, and recognises a repeated open', async () => {
      const { store } = use();
      const connection = newConnection();
      expect(await store.openConnection(connection)).toBe(true);
      expect(await store.openConnection(connection)).toBe(true);
      expect(await store.getConnection(keyOf(connection))).toEqual(connection);
      expect(await store.openConnection({ ...connection, openedAtMs: connection.openedAtMs + 1 })).toBe(false);
    });

    it('takes rooms while it is open, and keeps them once it is closed', async () => {
      const { store } = use();
      const connection = newConnection();
      const id = keyOf(connection);
      expect(await store.addConnectionRoom(id, room, 50)).toBeUndefined();
      await store.openConnection(connection);
      expect((await store.addConnectionRoom(id, room, 50))?.rooms).toEqual([room]);
      expect((await store.addConnectionRoom(id, room, 50))?.rooms).toEqual([room]);
      await store.addConnectionRoom(id, 'r2' as RoomId, 50);
      await store.removeConnectionRoom(id, 'r2' as RoomId, 51);
      expect(await store.closeConnection(id, 70)).toEqual({ ...connection, rooms: [room], closedAtMs: 70 });
      expect((await store.closeConnection(id, 80)).closedAtMs).toBe(70);
      expect(await store.addConnectionRoom(id, 'r2' as RoomId, 90)).toBeUndefined();
      await store.removeConnectionRoom(id, room, 90);
      expect((await store.getConnection(id))?.rooms).toEqual([]);
    });

    it('has its rooms in join order, which a resume does not change', async () => {
      const { store } = use();
      const connection = newConnection({ rooms: ['r3', 'r1'] as RoomId[] });
      await store.openConnection(connection);
      const add = async (name: string, by?: 'join') =>
        (await store.addConnectionRoom(keyOf(connection), name as RoomId, 50, by))?.rooms;
      expect(await add('r2', 'join')).toEqual(['r3', 'r1', 'r2']);
      expect(await add('r3', 'join')).toEqual(['r1', 'r2', 'r3']);
      expect(await add('r1')).toEqual(['r1', 'r2', 'r3']);
      expect(await add('r9')).toEqual(['r9', 'r1', 'r2', 'r3']);
      expect(await add('r0', 'join')).toEqual(['r9', 'r1', 'r2', 'r3', 'r0']);
    });

    it('keeps a room that was added since, also where it was added before that too', async () => {
      const { store } = use();
      const connection = newConnection();
      const id = keyOf(connection);
      await store.openConnection(connection);
      await store.addConnectionRoom(id, room, 50, 'join');
      await store.removeConnectionRoom(id, room, 50);
      expect((await store.getConnection(id))?.rooms).toEqual([room]);
      await store.addConnectionRoom(id, room, 70);
      await store.removeConnectionRoom(id, room, 60);
      expect((await store.getConnection(id))?.rooms).toEqual([room]);
      await store.removeConnectionRoom(id, room, 71);
      expect((await store.getConnection(id))?.rooms).toEqual([]);
    });

    it('gives up a room for another only if that was joined later', async () => {
      const { store } = use();
      const connection = newConnection({ rooms: ['r1', 'r2'] as RoomId[] });
      await store.openConnection(connection);
      const lose = async (name: string, before: string) => {
        const { openedAtMs } = connection;
        await store.removeConnectionRoom(keyOf(connection), name as RoomId, openedAtMs + 1, before as RoomId);
        return (await store.getConnection(connection))?.rooms;
      };
      expect(await lose('r2', 'r1')).toEqual(['r1', 'r2']);
      expect(await lose('r1', 'gone')).toEqual(['r1', 'r2']);
      expect(await lose('gone', 'r1')).toEqual(['r1', 'r2']);
      expect(await lose('r1', 'r2')).toEqual(['r2']);
    });

    it('is removed only once it is closed', async () => {
      const { store, clock } = use();
      const connection = newConnection({ rooms: [room] });
      await store.openConnection(connection);
      await store.removeConnection(keyOf(connection));
      expect(await store.getConnection(connection)).toEqual(connection);
      await store.closeConnection(connection, clock.nowMs);
      await store.removeConnection(keyOf(connection));
      await interposedStore(use(), { 0: 'lost' }).removeConnection(keyOf(connection));
      expect(await store.getConnection(connection)).toBeUndefined();
      expect(await store.addConnectionRoom(connection, room, clock.nowMs)).toBeUndefined();
      expect(await store.renewLease(connection, connection.leaseUntilMs + 100_000)).toBe(false);
    });

    it('never opens after its close', async () => {
      const { store, clock } = use();
      const connection = newConnection();
      const id = keyOf(connection);
      const tombstone = await store.closeConnection(id, clock.nowMs);
      expect(tombstone).toMatchObject({ ...id, rooms: [], closedAtMs: clock.nowMs });
      await store.removeConnectionRoom(id, room, clock.nowMs);
      expect(await store.openConnection(connection)).toBe(false);
      expect(await store.addConnectionRoom(id, room, clock.nowMs)).toBeUndefined();
    });

    it('is closed for its own user only', async () => {
      const { store, clock } = use();
      const connection = newConnection();
      await store.openConnection(connection);
      await store.closeConnection({ ...keyOf(connection), userId: user('eve') }, clock.nowMs);
      expect(await store.getConnection(connection)).toEqual(connection);
    });

    it('is listed for its user while it is open', async () => {
      const { store, clock } = use();
      const userId = user(fresh('ann'));
      const [one, two, closed] = [1, 2, 3].map(() => newConnection({ userId }));
      const other = newConnection({ userId: user(`${userId}0`) });
      for (const connection of [one, two, closed, other]) if (connection) await store.openConnection(connection);
      const late = await store.closeConnection({ userId, connectionId: connectionId(fresh('late')) }, clock.nowMs);
      if (closed) await store.closeConnection(closed, clock.nowMs);
      expect(await store.connectionsOf(userId)).toEqual([one, two]);
      expect(new Set(await store.connectionsEverOf(userId))).toEqual(
        new Set([one, two, { ...closed, closedAtMs: clock.nowMs }, late]),
      );
      expect(await store.connectionsOf(other.userId)).toEqual([other]);
      expect(await store.connectionsOf(user(fresh('nobody')))).toEqual([]);
      expect(await store.getConnection(late)).toEqual(late);
    });

    it('is found among several pages of connections', async () => {
      const userId = user(fresh('ann'));
      const rooms = Array.from({ length: 400 }, (_, index) => `${index}`.padStart(64, 'r') as RoomId);
      const opened = await Promise.all(
        Array.from({ length: 45 }, async () => {
          const connection = newConnection({ userId, rooms });
          await use().store.openConnection(connection);
          return connection.connectionId;
        }),
      );
      const found = await use().store.connectionsOf(userId);
      expect(found.map((connection) => connection.connectionId).sort()).toEqual(opened.sort());
    });

    it('is not created by the removal of a room', async () => {
      const { store } = use();
      const connection = newConnection();
      await store.removeConnectionRoom(connection, room, connection.openedAtMs);
      expect(await store.getConnection(connection)).toBeUndefined();
    });

    it('costs half by an eventually consistent read', async () => {
      const connection = newConnection();
      await use().store.openConnection(connection);
      expect(await use().store.getConnectionEventually(keyOf(connection))).toEqual(connection);
      expect(await use().store.getConnectionEventually(newConnection())).toBeUndefined();
      expect(await readUnitsOf(use(), (store) => store.getConnection(connection))).toBe(1);
      expect(await readUnitsOf(use(), (store) => store.getConnectionEventually(connection))).toBe(0.5);
    });

    it('is read with many others, those that there are, by eventually consistent reads', async () => {
      const there = Array.from({ length: 101 }, () => newConnection());
      for (const connection of there) await use().store.openConnection(connection);
      const keys = [...there, newConnection()].map(keyOf);
      const found = await use().store.getConnectionsEventually(keys);
      const byId = (one: Connection, other: Connection) => (one.connectionId < other.connectionId ? -1 : 1);
      expect(found.toSorted(byId)).toEqual(there.toSorted(byId));
      expect(await use().store.getConnectionsEventually([])).toEqual([]);
      const units = await readUnitsOf(use(), (store) => store.getConnectionsEventually(keys.slice(0, 101)));
      expect(units).toBe(50.5);
    });

    it('has its timer armed before its row is written, so that no crash leaves a connection unchecked', async () => {
      const { store, clock } = use();
      const [unarmed, unwritten] = [newConnection({ userId: user('early') }), newConnection({ userId: user('late') })];
      await expect(interposedStore(use(), { 0: 'denied' }).openConnection(unarmed)).rejects.toThrow(StoreFault);
      expect(await store.getConnection(unarmed)).toBeUndefined();
      await expect(interposedStore(use(), { 1: 'denied' }).openConnection(unwritten)).rejects.toThrow(StoreFault);
      expect(await store.getConnection(unwritten)).toBeUndefined();
      const dueAt = (atMs: number) => store.dueRows(dueShardOf(unwritten.userId, 2), atMs, 1000);
      const entry = { kind: 'connection', ...keyOf(unwritten) };
      const before = await dueAt(unwritten.leaseUntilMs - 1);
      expect(before.flatMap(({ timers }) => timers)).not.toContainEqual(entry);
      const rows = await dueAt(unwritten.leaseUntilMs);
      expect(rows).toContainEqual(expect.objectContaining({ dueAtMs: unwritten.leaseUntilMs, timers: [entry] }));
      expect(clock.nowMs).toBeLessThan(unwritten.leaseUntilMs);
    });

    it('keeps its row for 7 days after its longest life, whether or not its lease is renewed', async () => {
      const { store, clock } = use();
      const { nowMs } = clock;
      onTestFinished(() => {
        clock.nowMs = nowMs;
      });
      const connection = newConnection({ openedAtMs: nowMs });
      await store.openConnection(connection);
      const leaseUntilMs = nowMs + 3600 * 1000;
      await store.renewLease(connection, leaseUntilMs);
      await store.closeLapsed(connection, nowMs + 3700 * 1000, leaseUntilMs, nowMs);
      const goneAtMs = nowMs + connectionLifeMs + 7 * 24 * 3600 * 1000;
      clock.nowMs = goneAtMs - 1;
      expect(await store.getConnection(connection)).toMatchObject({ closedAtMs: nowMs + 3700 * 1000 });
      clock.nowMs = goneAtMs;
      expect(await store.getConnection(connection)).toBeUndefined();
      expect(await store.getConnectionEventually(connection)).toBeUndefined();
    });
  });
}
