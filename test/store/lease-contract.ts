import { describe, expect, it } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import type { Connection } from '../../lib/store/room-store.ts';
import { connectionLifeMs, type StoreUnderTest } from '../support/emulators.ts';
import { type Event, interposedStore, readUnitsOf } from './interposed-store.ts';
import { keyOf, newConnection } from './rows.ts';

/** The contract of every engine for the leases of connections. */
export function describeLeases(use: () => StoreUnderTest): void {
  const open = async (): Promise<Connection> => {
    const connection = newConnection();
    expect(await use().store.openConnection(connection)).toBe(true);
    return connection;
  };
  const stored = (connection: Connection) => use().store.getConnection(keyOf(connection));

  describe('a lease', () => {
    it('is renewed once 20 s of it are spent, and never shortened', async () => {
      const connection = await open();
      const renew = (byMs: number) => use().store.renewLease(connection, connection.leaseUntilMs + byMs);
      for (const byMs of [-1, 0, 19_999]) {
        expect(await renew(byMs)).toBe(true);
        expect(await stored(connection)).toEqual(connection);
      }
      for (const byMs of [20_000, 20_000, 39_999, 40_000, 20_000, 59_999]) expect(await renew(byMs)).toBe(true);
      expect(await stored(connection)).toEqual({ ...connection, leaseUntilMs: connection.leaseUntilMs + 40_000 });
      await Promise.all([61_000, 65_000, 62_000, 64_000, 63_000].map(renew));
      const renewed = await stored(connection);
      expect([61_000, 62_000, 63_000, 64_000, 65_000]).toContain(
        (renewed?.leaseUntilMs ?? 0) - connection.leaseUntilMs,
      );
    });

    it('costs half a read unit besides the refused write when it is not worth renewing', async () => {
      const connection = await open();
      const units = await readUnitsOf(use(), (store) => store.renewLease(connection, connection.leaseUntilMs + 19_999));
      expect(units).toBe(0.5);
    });

    it('is not renewed for a connection that is closed, missing or a tombstone', async () => {
      const { store, clock } = use();
      const closed = await open();
      await store.closeConnection(closed, 7);
      expect(await store.renewLease(closed, closed.leaseUntilMs + 20_000)).toBe(false);
      expect(await stored(closed)).toEqual({ ...closed, closedAtMs: 7 });
      const never = newConnection();
      expect(await store.renewLease(never, never.leaseUntilMs)).toBe(false);
      expect(await stored(never)).toBeUndefined();
      const tombstone = await store.closeConnection(never, clock.nowMs);
      expect(await store.renewLease(never, never.leaseUntilMs)).toBe(false);
      expect(await stored(never)).toEqual(tombstone);
    });

    it('is renewed when the answer is lost', async () => {
      const connection = await open();
      const leaseUntilMs = connection.leaseUntilMs + 20_000;
      expect(await interposedStore(use(), { 0: 'lost' }).renewLease(connection, leaseUntilMs)).toBe(true);
      expect(await stored(connection)).toEqual({ ...connection, leaseUntilMs });
    });
  });

  describe('a connection whose lease is over', () => {
    const close = (
      connection: Connection,
      leaseUntilMs = connection.leaseUntilMs,
      events: Record<number, Event> = {},
    ) => interposedStore(use(), events).closeLapsed(keyOf(connection), 70, leaseUntilMs, 60);

    it('is closed by one of many callers, with the time since when it is silent', async () => {
      const connection = await open();
      const closed = { ...connection, closedAtMs: 70, silentSinceMs: 60 };
      const all = await Promise.all(Array.from({ length: 10 }, () => close(connection)));
      expect(all.filter((answer) => answer !== undefined)).toEqual([closed]);
      expect(await stored(connection)).toEqual(closed);
      expect(await use().store.closeConnection(connection, 90)).toEqual(closed);
      expect(await use().store.addConnectionRoom(connection, 'r1' as RoomId, 0)).toBeUndefined();
      expect(await use().store.openConnection(connection)).toBe(false);
    });

    it('is left alone when its lease was renewed, or is not the one that was read', async () => {
      const connection = await open();
      expect(await close(connection, connection.leaseUntilMs - 1)).toBeUndefined();
      expect(await close(connection, connection.leaseUntilMs + 1)).toBeUndefined();
      expect(await close(connection, connection.openedAtMs + connectionLifeMs)).toBeUndefined();
      const leaseUntilMs = connection.leaseUntilMs + 20_000;
      const renew = () => use().store.renewLease(connection, leaseUntilMs);
      expect(await close(connection, connection.leaseUntilMs, { 0: renew })).toBeUndefined();
      expect(await stored(connection)).toEqual({ ...connection, leaseUntilMs });
    });

    it('is left unchanged when it is already closed, missing or a tombstone', async () => {
      const closed = await open();
      await use().store.closeConnection(closed, 7);
      expect(await close(closed)).toBeUndefined();
      expect(await stored(closed)).toEqual({ ...closed, closedAtMs: 7 });
      const never = newConnection();
      expect(await close(never)).toBeUndefined();
      expect(await stored(never)).toBeUndefined();
      const tombstone = await use().store.closeConnection(never, use().clock.nowMs);
      expect(await close(never, tombstone.leaseUntilMs)).toBeUndefined();
      expect(await stored(never)).toEqual(tombstone);
    });

    it('is closed when the answer is lost, unless another write was first', async () => {
      const lost = await open();
      expect(await close(lost, lost.leaseUntilMs, { 0: 'lost' })).toMatchObject({ closedAtMs: 70, silentSinceMs: 60 });
      const { store } = use();
      const others: readonly ((one: Connection) => Promise<unknown>)[] = [
        (one) => store.closeConnection(one, 70),
        (one) => store.closeLapsed(one, 71, one.leaseUntilMs, 60),
        (one) => store.closeLapsed(one, 70, one.leaseUntilMs, 61),
        (one) => store.renewLease(one, one.leaseUntilMs + 20_000),
      ];
      for (const first of others) {
        const connection = await open();
        const events: Record<number, Event> = { 0: 'dropped', 1: () => first(connection) };
        expect(await close(connection, connection.leaseUntilMs, events)).toBeUndefined();
      }
    });
  });
}
