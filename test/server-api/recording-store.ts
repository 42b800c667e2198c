import type { Settings } from '../../lib/domain/settings.ts';
import { digest } from '../../lib/handlers/deps-digest.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { worldSettings } from '../support/world.ts';

export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Dependencies with the given functions only, which fail on any other use; faults are kept for the test to read. */
export function recordingDeps(
  store: Partial<RoomStore> = {},
  settings: Partial<Settings> = {},
): { deps: Deps; faults: unknown[] } {
  const faults: unknown[] = [];
  const onlyGiven = new Proxy(store, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (found === undefined) throw new Error(`secret-table: the store was asked for ${String(name)}`);
      return found;
    },
  }) as RoomStore;
  const deps: Deps = {
    store: onlyGiven,
    push: { post: async () => 'ok', close: async () => undefined },
    settings: { ...worldSettings, ...settings },
    now: () => NOW_MS,
    doorbell: { ring: async () => 'rung' },
    randomId: () => 'random-1',
    random: () => 0.5,
    digest,
    onFault: (_what, fault) => faults.push(fault),
    backOff: async () => {},
    sleep: async () => {},
  };
  return { deps, faults };
}
