import { beforeEach, describe, expect, it } from 'vitest';
import type { RoomId } from '../../lib/domain/ids.ts';
import type { Connection } from '../../lib/store/room-store.ts';
import { connectionLifeMs, type StoreUnderTest } from '../support/emulators.ts';
import { connectionId, fresh, newConnection } from './rows.ts';

const room = 'r1' as RoomId;

/** What every engine must do with connections and the due list. */
export function describeConnections(use: () => StoreUnderTest): void {
  describe('a connection', () => {
    it('opens once, and the repeat of an open is recognised', async () => {
      const { store } = use();
      const connection = newConnection();
      expect(await store.openConnection(connection)).toBe(true);
      expect(await store.openConnection(connection)).toBe(true);
      expect(await store.getConnection(connection.connectionId)).toEqual(connection);
      expect(await store.openConnection({ ...connection, openedAtMs: connection.openedAtMs + 1 })).toBe(false);
    });

    it('takes rooms while it is open, and keeps them when it is closed', async () => {
      const { store } = use();
      const { connectionId: id, ...connection } = newConnection();
      expect(await store.addConnectionRoom(id, room)).toBeUndefined();
      await store.openConnection({ connectionId: id, ...connection });
      expect((await store.addConnectionRoom(id, room))?.rooms).toEqual([room]);
      expect((await store.addConnectionRoom(id, room))?.rooms).toEqual([room]);
      await store.addConnectionRoom(id, 'r2' as RoomId);
      await store.removeConnectionRoom(id, 'r2' as RoomId);
      expect(await store.closeConnection(id, 70)).toEqual({
        connectionId: id,
        ...connection,
        rooms: [room],
        closedAtMs: 70,
      });
      expect((await store.closeConnection(id, 80)).closedAtMs).toBe(70);
      expect(await store.addConnectionRoom(id, 'r2' as RoomId)).toBeUndefined();
      await store.removeConnectionRoom(id, room);
      expect((await store.getConnection(id))?.rooms).toEqual([]);
    });

    it('never opens after its close', async () => {
      const { store, clock } = use();
      const connection = newConnection();
      const tombstone = await store.closeConnection(connection.connectionId, clock.nowMs);
      await store.settleConnection(tombstone);
      await store.removeConnectionRoom(connection.connectionId, room);
      expect(await store.openConnection(connection)).toBe(false);
      expect(await store.addConnectionRoom(connection.connectionId, room)).toBeUndefined();
    });

    it('stays closed once it is settled, and a room taken off it makes no row', async () => {
      const { store, clock } = use();
      const connection = newConnection();
      await store.removeConnectionRoom(connection.connectionId, room);
      expect(await store.getConnection(connection.connectionId)).toBeUndefined();
      await store.openConnection(connection);
      const closed = await store.closeConnection(connection.connectionId, clock.nowMs);
      await store.settleConnection(closed);
      await store.settleConnection(closed);
      expect(await store.addConnectionRoom(connection.connectionId, room)).toBeUndefined();
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
      const entries = opened.map(({ connectionId: id, openedAtMs }) => ({
        connectionId: id,
        dueAtMs: openedAtMs + connectionLifeMs,
      }));
      expect(await due(startMs + connectionLifeMs)).toEqual([]);
      expect(await due(startMs + connectionLifeMs + 30)).toEqual(entries.slice(0, 30));
      expect(await due(startMs + connectionLifeMs + 40, 7)).toEqual(entries.slice(0, 7));
      await Promise.all(opened.slice(0, 5).map((connection) => use().store.settleConnection(connection)));
      expect(await due(startMs + connectionLifeMs + 40, 2)).toEqual(entries.slice(5, 7));
    });

    it('loses an entry whose connection was a tombstone', async () => {
      const connection = newConnection({ connectionId: connectionId(fresh('tomb')), openedAtMs: startMs });
      await use().store.closeConnection(connection.connectionId, startMs);
      expect(await use().store.openConnection(connection)).toBe(false);
      const entry = { connectionId: connection.connectionId, dueAtMs: startMs + connectionLifeMs };
      expect(await due(startMs + connectionLifeMs + 1)).toEqual([entry]);
      await use().store.clearDue(entry);
      expect(await due(startMs + connectionLifeMs + 1)).toEqual([]);
    });
  });
}
