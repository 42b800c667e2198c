import type { StoreUnderTest } from '../support/emulators.ts';
import type { World } from '../support/world.ts';

const FOREVER_MS = 10 ** 14;

/** All worlds share the due list: the sweep would also handle what an earlier test has left in it. */
export async function emptyDueList({ store }: StoreUnderTest): Promise<void> {
  const shards = await store.mostShards();
  for (let shard = 0; shard < shards; shard += 1) {
    for (;;) {
      const rows = await store.dueRows(shard, FOREVER_MS, 100);
      if (rows.length === 0) break;
      for (const row of rows) await store.disarm(row);
    }
  }
}

/** Sweeps every minute until `isSo`; returns the ms since the call. Fails after ten minutes. */
export async function sweepUntil(world: World, isSo: () => Promise<boolean>, sweep = world.sweep): Promise<number> {
  for (let passedMs = 0; passedMs <= 600_000; passedMs += 60_000) {
    await sweep();
    if (await isSo()) return passedMs;
    world.pass(60_000);
  }
  throw new Error('unable to get there; ten minutes of sweeps changed nothing');
}
