import { describe, expect, it } from 'vitest';
import type { Member } from '../../lib/domain/member.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import type { ListedConnection } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { connectionId, devicesOf, fresh, newMember, newRoom } from './rows.ts';

/** The contract of every engine for the list of a room's members. */
export function describeAudience(use: () => StoreUnderTest): void {
  const put = async (member: Member): Promise<Member> => {
    const stored = await use().store.putMember(member, member.revision);
    if (stored === 'conflict') throw new Error('unable to put a member; conflict');
    return stored;
  };
  const online = (room: RoomId, name: string, ...ids: string[]) => {
    const connections = ids.map(connectionId);
    return put(newMember(room, name, { connections, devices: devicesOf(connections) }));
  };
  const offline = (room: RoomId, name: string, seq: number) =>
    put(newMember(room, name, { connections: [], devices: {}, offline: { seq, atMs: seq * 10, sinceMs: 0 } }));
  const life = (roomId: RoomId, epoch = 'e1') => ({ roomId, epoch });
  const listed = async (room: RoomId, cursor = '', to?: string): Promise<readonly ListedConnection[]> => {
    const { connections, next } = await use().store.listConnected(life(room), cursor, to);
    return next === undefined ? connections : [...connections, ...(await listed(room, next, to))];
  };
  const namesOf = (connections: readonly ListedConnection[]) =>
    connections.map((one): string => one.connectionId).sort((one, other) => (one < other ? -1 : 1));

  describe('the list of those who are connected', () => {
    it('has each connection with its user and device, and nobody else', async () => {
      const room = fresh('audience') as RoomId;
      await online(room, 'ann', 'a1', 'a2');
      await online(room, 'bob', 'b1');
      await offline(room, 'carl', 4);
      const { membershipId: _, ...blocked } = newMember(room, 'dora', { connections: [], devices: {} });
      await put({ ...blocked, blockedUntilMs: 9e15 });
      await online(fresh('audience') as RoomId, 'eve', 'e1');
      const found = await listed(room);
      expect(namesOf(found)).toEqual(['a1', 'a2', 'b1']);
      expect(found).toContainEqual({ userId: 'ann', connectionId: 'a2', device: 'device of a2' });
      expect((await use().store.listConnected(life(room, 'e2'), '', undefined)).connections).toEqual([]);
    });

    it('follows each write of a row', async () => {
      const room = fresh('audience') as RoomId;
      const ann = await online(room, 'ann', 'a1');
      const gone = await put({ ...ann, connections: [], devices: {}, offline: { seq: 3, atMs: 30, sinceMs: 0 } });
      expect(await listed(room)).toEqual([]);
      const back = await put({
        ...gone,
        connections: [connectionId('a2')],
        devices: devicesOf([connectionId('a2')]),
        offline: undefined,
      });
      expect(namesOf(await listed(room))).toEqual(['a2']);
      expect(await use().store.deleteMember(back)).toBe('deleted');
      expect(await listed(room)).toEqual([]);
    });

    it('can be read from any position on, each once', async () => {
      const room = fresh('audience') as RoomId;
      const names = Array.from({ length: 40 }, (_, index) => `user-${index}`);
      await Promise.all(names.map((name) => online(room, name, `c-${name}`)));
      for (const at of [0, 0.3, 0.99]) {
        const start = use().store.cursorAt(at);
        const [upper, lower] = [await listed(room, start), await listed(room, '', start)];
        expect(namesOf([...upper, ...lower])).toEqual(
          names.map((name) => `c-${name}`).sort((one, other) => (one < other ? -1 : 1)),
        );
        if (at === 0.3) expect(Math.min(upper.length, lower.length)).toBeGreaterThan(4);
      }
    });
  });

  describe('the list of those who are offline', () => {
    it('begins with those who have been offline for longest, page by page', async () => {
      const { roomId } = newRoom();
      const seqs = Array.from({ length: 30 }, (_, index) => (index * 7) % 30);
      await Promise.all(seqs.map((seq) => offline(roomId, `user-${seq}`, seq)));
      await online(roomId, 'ann', 'a1');
      const first = await use().store.listOffline(life(roomId), '');
      // Of the smallest size that is charged.
      expect(first.members).toHaveLength(8);
      expect(first.members[0]).toEqual({ userId: 'user-0', seq: 0, atMs: 0 });
      const second = await use().store.listOffline(life(roomId), first.next ?? '');
      expect([...first.members, ...second.members].map(({ seq }) => seq)).toEqual(seqs.toSorted((a, b) => a - b));
      expect(second.next).toBeUndefined();
      expect((await use().store.listOffline(life(roomId, 'e2'), '')).members).toEqual([]);
    });
  });
}
