import { leaseFrom } from '../../lib/domain/lease.ts';
import { currentMember, joined, type Member } from '../../lib/domain/member.ts';
import { newRoom } from '../../lib/domain/room.ts';
import { digest } from '../../lib/handlers/deps-digest.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import type { Connection, RoomStore, TimerRow } from '../../lib/store/room-store.ts';
import type { Caller, Deps } from '../../lib/usecases/deps.ts';
import { RecordingPush, worldSettings } from '../support/world.ts';

const room = 'room' as RoomId;

/** One user with one connection in one room, in memory: fast enough for thousands of lives. It has only what the sweep needs. */
export function createSweepMemory(connectedAtMs: number) {
  const caller: Caller = { userId: 'bob' as UserId, connectionId: 'c1' as ConnectionId };
  const clock = { nowMs: connectedAtMs };
  const due = new Map<string, TimerRow>();
  const roomRow = newRoom(room, 'a room', 'e1', connectedAtMs, { destroyType: 'idle', destroyAfterMin: 60 });
  let connection: Connection = {
    ...{ ...caller, device: 'phone', loginId: 'run', rooms: [room] },
    ...{ openedAtMs: connectedAtMs, leaseUntilMs: leaseFrom(connectedAtMs) },
    tokenIssuedAtMs: 0,
  };
  let member: Member | undefined = joined(
    currentMember(undefined, room, caller.userId, 'e1'),
    { connectionId: caller.connectionId, device: 'phone' },
    'm1',
    connectedAtMs,
  );
  const isUnchanged = (leaseUntilMs: number) =>
    connection.closedAtMs === undefined && connection.leaseUntilMs === leaseUntilMs;
  const store: Partial<RoomStore> = {
    // The walk for members who were offline when the service was switched on is done.
    readSet: async () => ['#'],
    arm: async (atMs, timers) => {
      const sortKey = `${atMs}#${JSON.stringify(timers)}`;
      due.set(sortKey, { shard: 0, sortKey, dueAtMs: atMs, timers, unreadable: 0 });
    },
    dueRows: async (shard, nowMs, limit) =>
      shard === 0 ? [...due.values()].filter(({ dueAtMs }) => dueAtMs <= nowMs).slice(0, limit) : [],
    disarm: async ({ sortKey }) => void due.delete(sortKey),
    mostShards: async () => 2,
    getConnectionsEventually: async () => [connection],
    getConnection: async () => connection,
    getConnectionEventually: async () => connection,
    renewLease: async (_key, leaseUntilMs) => {
      if (connection.closedAtMs !== undefined) return false;
      connection = { ...connection, leaseUntilMs: Math.max(leaseUntilMs, connection.leaseUntilMs) };
      return true;
    },
    closeLapsed: async (_key, closedAtMs, leaseUntilMs, silentSinceMs) => {
      if (!isUnchanged(leaseUntilMs)) return undefined;
      connection = { ...connection, closedAtMs, silentSinceMs };
      return connection;
    },
    getRoom: async () => roomRow,
    getMember: async () => member,
    putMember: async (next, revision) => {
      if (member?.revision !== revision) return 'conflict';
      member = { ...next, revision: revision + 1 };
      return member;
    },
    // Nobody reads the row after that.
    removeConnection: async () => undefined,
    deleteMember: async ({ revision }) => {
      if (member?.revision !== revision) return 'conflict';
      member = undefined;
      return 'deleted';
    },
  };
  const deps: Deps = {
    store: store as RoomStore,
    push: new RecordingPush(),
    doorbell: { ring: async () => 'rung' },
    settings: { ...worldSettings, realTimeKickOut: true },
    now: () => clock.nowMs,
    randomId: () => 'id',
    random: () => 0.5,
    digest,
    backOff: async () => {},
    sleep: async () => {},
    onFault: (what, fault) => {
      throw new Error(`unable to ${what}`, { cause: fault });
    },
  };
  return {
    ...{ caller, clock, deps },
    arm: () => deps.store.arm(connection.leaseUntilMs, [{ kind: 'connection', ...caller }]),
    isAnythingDue: (nowMs: number) => [...due.values()].some(({ dueAtMs }) => dueAtMs <= nowMs),
    isMember: () => member !== undefined,
  };
}
