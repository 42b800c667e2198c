import type { ServerApiDeps } from '../../lib/server-api/index.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';

export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Dependencies that hold what is given and fail on any other touch; faults are kept for the test to read. */
export function recordingDeps(store: Partial<RoomStore>): { d: ServerApiDeps; faults: unknown[] } {
  const faults: unknown[] = [];
  const onlyGiven = new Proxy(store, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (found === undefined) throw new Error(`secret-table: the store was asked for ${String(name)}`);
      return found;
    },
  }) as RoomStore;
  const settings = {
    offlineGraceMs: 30_000,
    offlineMessageLimit: 31,
    maxAllowlistedUsers: 5,
    membersOnlySend: true,
    multipleRooms: true,
    leaveEndsAllDevices: true,
    historyRetentionDays: 30,
    sendsPerSecond: 5,
    notifyMemberJoins: false,
    allowedOrigins: '',
    tokenLifeSec: 3600,
    connectionLifeMs: 7_500_000,
  };
  const deps = {
    store: onlyGiven,
    push: { post: async () => 'ok' as const, close: async () => undefined },
    settings,
    now: () => NOW_MS,
    randomId: () => 'random-1',
    onFault: (_what: string, fault: unknown) => faults.push(fault),
  };
  const issueToken = async (userId: string) => `token-of-${userId}`;
  return { d: { deps, appKey: 'unit-app', secrets: ['old-secret', 'new-secret'], issueToken }, faults };
}
