import { beforeEach, describe, expect, it } from 'vitest';
import type { RoomId } from '../../lib/domain/ids.ts';
import type { Connection } from '../../lib/store/room-store.ts';
import { connectionLifeMs, type StoreUnderTest } from '../support/emulators.ts';
import { connectionId, fresh, keyOf, newConnection, user } from './rows.ts';

const room = 'r1' as RoomId;

/** What every engine must do with connections and the due list. */
export function describeConnections(use: () => StoreUnderTest): void {
  describe('a connection', () => {
    it('opens once, and the repeat of an open is recognised', async () => {
      const { store } = use();
      const connection = newConnection();
      expect(await store.openConnection(connection)).toBe(true);
      expect(await store.openConnection(connection)).toBe(true);
      expect(await store.getConnection(keyOf(connection))).toEqual(connection);
      expect(await store.openConnection({ ...connection, openedAtMs: connection.openedAtMs + 1 })).toBe(false);
    });

    it('takes rooms while it is open, and keeps them when it is closed', async () => {
      const { store } = use();
      const connection = newConnection();
      const id = keyOf(connection);
      expect(await store.addConnectionRoom(id, room)).toBeUndefined();
      await store.openConnection(connection);
      expect((await store.addConnectionRoom(id, room))?.rooms).toEqual([room]);
      expect((await store.addConnectionRoom(id, room))?.rooms).toEqual([room]);
      await store.addConnectionRoom(id, 'r2' as RoomId);
      await store.removeConnectionRoom(id, 'r2' as RoomId);
      expect(await store.closeConnection(id, 70)).toEqual({ ...connection, rooms: [room], closedAtMs: 70 });
      expect((await store.closeConnection(id, 80)).closedAtMs).toBe(70);
      expect(await store.addConnectionRoom(id, 'r2' as RoomId)).toBeUndefined();
      await store.removeConnectionRoom(id, room);
      expect((await store.getConnection(id))?.rooms).toEqual([]);
    });

    it('never opens after its close', async () => {
      const { store, clock } = use();
      const connection = newConnection();
      const id = keyOf(connection);
      const tombstone = await store.closeConnection(id, clock.nowMs);
      expect(tombstone).toMatchObject({ ...id, rooms: [], closedAtMs: clock.nowMs });
      await store.settleConnection(tombstone);
      await store.removeConnectionRoom(id, room);
      expect(await store.openConnection(connection)).toBe(false);
      expect(await store.addConnectionRoom(id, room)).toBeUndefined();
    });

    it('is closed for its own user only', async () => {
      const { store, clock } = use();
      const connection = newConnection();
      await store.openConnection(connection);
      await store.closeConnection({ ...keyOf(connection), userId: user('eve') }, clock.nowMs);
      expect(await store.getConnection(connection)).toEqual(connection);
    });

    it('is among those of its user while it is open', async () => {
      const { store, clock } = use();
      const userId = user(fresh('ann'));
      const [one, two, closed] = [1, 2, 3].map(() => newConnection({ userId }));
      const other = newConnection({ userId: user(`${userId}0`) });
      for (const connection of [one, two, closed, other]) if (connection) await store.openConnection(connection);
      const late = await store.closeConnection({ userId, connectionId: connectionId(fresh('late')) }, clock.nowMs);
      if (closed) await store.closeConnection(closed, clock.nowMs);
      expect(await store.connectionsOf(userId)).toEqual([one, two]);
      expect(await store.connectionsOf(other.userId)).toEqual([other]);
      expect(await store.connectionsOf(user(fresh('nobody')))).toEqual([]);
      expect(await store.getConnection(late)).toEqual(late);
    });

    it('is found among so many that they fill several pages', async () => {
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

    it('stays closed once it is settled, and a room taken off it makes no row', async () => {
      const { store, clock } = use();
      const connection = newConnection();
      await store.removeConnectionRoom(connection, room);
      expect(await store.getConnection(connection)).toBeUndefined();
      await store.openConnection(connection);
      const closed = await store.closeConnection(connection, clock.nowMs);
      await store.settleConnection(closed);
      await store.settleConnection(closed);
      expect(await store.addConnectionRoom(connection, room)).toBeUndefined();
      expect(await store.openConnection(connection)).toBe(false);
    });
  });

  describe('the due list', () => {
    const due = async (nowMs: number, limit = 1000) => use().store.dueConnections(nowMs, limit);
    let startMs = 0;
    beforeEach(async () => {
      const { store, clock } = use();
      // An open that was refused leaves an entry of its own, so one connection may be due twice.
      for (let entries = await due(10 * clock.nowMs); entries.length > 0; entries = await due(10 * clock.nowMs)) {
        await Promise.all(entries.map((entry) => store.clearDue(entry)));
      }
      startMs = clock.nowMs;
    });
    const open = async (openedAtMs: number): Promise<Connection> => {
      const connection = newConnection({ openedAtMs });
      await use().store.openConnection(connection);
      return connection;
    };

    it('gives those whose life is over, oldest first, until they are settled', async () => {
      const opened: Connection[] = [];
      for (let index = 0; index < 40; index += 1) opened.push(await open(startMs + index));
      const entries = opened.map((connection) => ({
        ...keyOf(connection),
        dueAtMs: connection.openedAtMs + connectionLifeMs,
      }));
      expect(await due(startMs + connectionLifeMs)).toEqual([]);
      expect(await due(startMs + connectionLifeMs + 30)).toEqual(entries.slice(0, 30));
      expect(await due(startMs + connectionLifeMs + 40, 7)).toEqual(entries.slice(0, 7));
      await Promise.all(opened.slice(0, 5).map((connection) => use().store.settleConnection(connection)));
      expect(await due(startMs + connectionLifeMs + 40, 2)).toEqual(entries.slice(5, 7));
    });

    it('loses an entry whose connection was a tombstone', async () => {
      const connection = newConnection({ connectionId: connectionId(fresh('tomb')), openedAtMs: startMs });
      await use().store.closeConnection(connection, startMs);
      expect(await use().store.openConnection(connection)).toBe(false);
      const entry = { ...keyOf(connection), dueAtMs: startMs + connectionLifeMs };
      expect(await due(startMs + connectionLifeMs + 1)).toEqual([entry]);
      await use().store.clearDue(entry);
      expect(await due(startMs + connectionLifeMs + 1)).toEqual([]);
    });
  });
}
