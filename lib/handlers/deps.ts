import { createDynamoStore } from '../store/dynamodb/dynamodb-store.ts';
import type { Deps } from '../usecases/deps.ts';
import { digest } from './deps-digest.ts';
import { type Chance, readSettings, required } from './deps-environment.ts';
import { wireDoorbell, wirePush } from './deps-push.ts';
import { wireTable } from './deps-table.ts';
import { onFault } from './fault.ts';

/** Deps for one event: `now` is its time plus what this invocation has taken so far. */
export type DepsAt = (eventMs: number) => Deps;

/** The longest wait: doubles with each conflict, up to the maximum. */
const BACK_OFF_MS = 5;
const BACK_OFF_MAX_MS = 100;

/**
 * Wires the store and the push once per environment; only this function knows which implementations they are.
 * `deliverFunction`: the name of the Lambda that delivers, for those that ask it to.
 */
export function wire(deliverFunction: string | undefined = process.env.DELIVER_FUNCTION): DepsAt {
  const settings = readSettings();
  const push = wirePush(settings, { random, sleep });
  const doorbell = wireDoorbell(deliverFunction, { random, sleep });
  const clock = { now: () => 0 };
  const store = createDynamoStore({
    client: wireTable({ random, sleep }),
    tableName: required('TABLE_NAME'),
    connectionLifeMs: settings.connectionLifeMs,
    dueShards: settings.sweepShards,
    now: () => clock.now(),
    random,
    sleep,
  });
  return (eventMs) => {
    const now = eventClock(eventMs);
    clock.now = now;
    return depsOf({ settings, push, doorbell, store, now });
  };
}

/** 53 bits, as Math.random has, and never the same in two Lambdas. */
function random(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return ((high >>> 11) * 2 ** 32 + low) / 2 ** 53;
}

const sleep = (pauseMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));

/** What transports take from this machine. */
export const chance: Chance = { random, sleep };

/** Continues the event's time, so that one decision never compares the clocks of two hosts. */
function eventClock(eventMs: number): () => number {
  const startedMs = performance.now();
  return () => eventMs + Math.floor(performance.now() - startedMs);
}

type Wired = Pick<Deps, 'settings' | 'push' | 'doorbell' | 'store' | 'now'>;

const depsOf = (wired: Wired): Deps => ({
  ...wired,
  randomId: () => crypto.randomUUID(),
  random,
  digest,
  sleep,
  onFault,
  backOff: (conflicts) => sleep(random() * Math.min(BACK_OFF_MAX_MS, BACK_OFF_MS * 2 ** conflicts)),
});

export { readChange } from '../store/dynamodb/changes.ts';
export { readLease } from '../store/dynamodb/leases.ts';
