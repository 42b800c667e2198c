import { defaultSettings } from '../lib/domain/settings.ts';
import type { ConnectionId, UserId } from '../lib/protocol/ids.ts';
import { closeConnection } from '../lib/usecases/close-connection.ts';
import type { Caller, Deps } from '../lib/usecases/deps.ts';
import { openConnection } from '../lib/usecases/open-connection.ts';
import { sweep } from '../lib/usecases/sweep/sweep.ts';
import { servedValue } from '../test/support/outcome.ts';
import { toTable } from './document-section.ts';
import { measuredDeps, withTable } from './measured-deps.ts';

const WEEK_MS = 7 * 24 * 3600 * 1000;
/** What was closed longer ago is gone: so the last minutes stand for the week. */
const SPAN_MS = 900_000;
const SWEEP_EVERY_MS = 30_000;
const CLIENT = { platform: 'mobile', loginId: 'k3jd82hf92hd_1' } as const;
const CONNECTS_IN_WEEK = [100, 1_500, 10_000, 100_000];

/** The read units of one more connect of a user who has opened and closed a connection every `everyMs`. */
const readsAfter = (everyMs: number): Promise<number> =>
  withTable(async (endpoint) => {
    let nowMs = 1_800_000_000_000;
    let ids = 0;
    const randomId = () => 'id';
    const { deps, meter } = measuredDeps({ endpoint, now: () => nowMs, randomId, settings: {}, push: {} });
    const caller = (): Caller => {
      ids += 1;
      const digits = `${ids}`.padStart(8, '0');
      return { userId: 'user-00000001' as UserId, connectionId: `L0SM9${digits}w=` as ConnectionId };
    };
    const endMs = nowMs + SPAN_MS;
    const stepMs = Math.min(everyMs, SWEEP_EVERY_MS);
    for (let sweptAtMs = nowMs; nowMs < endMs; nowMs += stepMs) {
      if ((endMs - nowMs) % everyMs < stepMs) await connectOnce(deps, caller());
      if (nowMs - sweptAtMs < SWEEP_EVERY_MS) continue;
      await sweep(deps, Number.POSITIVE_INFINITY);
      sweptAtMs = nowMs;
    }
    meter.take();
    await open(deps, caller());
    const { readUnits, listReadUnits } = meter.take();
    return readUnits + listReadUnits;
  });

async function open(deps: Deps, caller: Caller): Promise<void> {
  const issuedAtMs = deps.now();
  servedValue(await openConnection(deps, caller, CLIENT, { issuedAtMs }));
}

async function connectOnce(deps: Deps, caller: Caller): Promise<void> {
  await open(deps, caller);
  await closeConnection(deps, caller, Number.POSITIVE_INFINITY);
}

/** A table: connects in the last week, and the read units of one more. */
export async function connectReads(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const connects of CONNECTS_IN_WEEK)
    rows.push([connects.toLocaleString('en'), await readsAfter(Math.floor(WEEK_MS / connects))]);
  const { connectsPerMinute } = defaultSettings;
  rows.push([`as many as there may be, ${connectsPerMinute} a minute`, await readsAfter(60_000 / connectsPerMinute)]);
  return toTable(['connects of a user in the last week', 'read units of one more'], rows);
}
