import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameOf, Outcome } from '../../lib/client/connection/requests.ts';
import { EntryCache } from '../../lib/client/entries/entry-cache.ts';
import type { EntriesPush } from '../../lib/protocol/push-frames.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';

const KEYS = ['a', 'b', 'constructor', 'd'] as const;
/** The keys that only the user of the cache changes. */
const OWN_KEYS = ['own', 'prototype'] as const;
const PAGE_SIZE = 2;

interface Change {
  readonly operation: 'set' | 'remove';
  readonly keys: readonly string[];
  readonly value: string;
  /** The user of the cache made the change, and gets the answer at once. */
  readonly isOwn: boolean;
  /** Each key in a frame of its own. */
  readonly isSplit: boolean;
}

const isEqual = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
  one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);

/** A room on a server, the frames under way, and the cache with the entries that its app knows. */
class Simulation {
  readonly timers = new VirtualTimers();
  readonly stored = new Map<string, string>();
  readonly reported = new Map<string, string>();
  syncedCount = 0;
  readonly cache: EntryCache;
  /** The entries after each change. */
  readonly #history: ReadonlyMap<string, string>[] = [new Map()];
  /** What `get` hands out must not be older than this. */
  #atLeast = 0;
  #seen = 0;
  /** When the user last changed each key. */
  readonly #own = new Map<string, number>();
  #pushes: EntriesPush[] = [];
  #questions: { readonly afterKey: string; readonly end: (outcome: Outcome) => void }[] = [];

  constructor() {
    const ask = (frameOf: FrameOf, end: (outcome: Outcome) => void) => {
      const frame = frameOf('1');
      if (frame.action === 'getEntries') this.#questions.push({ afterKey: frame.afterKey, end });
    };
    this.cache = new EntryCache(
      'r',
      { timers: this.timers, link: () => undefined, expired: () => {}, ask },
      {
        changed: ({ operation, entries }) => {
          for (const [key, value] of entries)
            operation === 'set' ? this.reported.set(key, value) : this.reported.delete(key);
        },
        synced: () => {
          this.syncedCount += 1;
        },
        notMember: () => {},
      },
    );
    this.cache.begin('e1', false);
  }

  get isQuiet(): boolean {
    return this.#pushes.length === 0 && this.#questions.length === 0;
  }

  get #revision(): number {
    return this.#history.length - 1;
  }

  change({ operation, keys, value, isOwn, isSplit }: Change): void {
    const entries = keys.map((key) => [key, operation === 'set' ? value : ''] as const);
    for (const [key, given] of entries) operation === 'set' ? this.stored.set(key, given) : this.stored.delete(key);
    this.#history.push(new Map(this.stored));
    const head = { event: 'entries', room: 'r', roomEpoch: 'e1', revision: this.#revision, operation } as const;
    if (!isSplit) this.#pushes.push({ ...head, entries: Object.fromEntries(entries) });
    for (const entry of isSplit ? entries : []) {
      this.#pushes.push({ ...head, entries: Object.fromEntries([entry]), total: keys.length });
    }
    if (!isOwn) return;
    this.cache.expect(operation, new Map(entries));
    for (const key of keys) this.#own.set(key, this.#revision);
  }

  /**
   * What `get` hands out is a state that the server had: not older than what the user has seen or than the last resume,
   * and no key that the user changed is older than that change.
   */
  get(): void {
    const atLeast = this.#atLeast;
    const own = [...this.#own];
    this.cache.get((code, entries) => {
      if (code !== 0) return;
      const since = Math.max(atLeast, this.#seen);
      const age = this.#history.slice(since).findIndex((then) => isEqual(then, entries));
      expect(age).toBeGreaterThanOrEqual(0);
      this.#seen = since + age;
      for (const [key, revision] of own) {
        const values = this.#history.slice(revision).map((then) => then.get(key));
        expect(values).toContain(entries.get(key));
      }
    });
  }

  /** One of the frames under way arrives, and arrives again later if it is doubled. */
  deliver(choice: number, isDoubled: boolean): void {
    const index = choice % Math.max(1, this.#pushes.length);
    const [push] = isDoubled ? this.#pushes.slice(index) : this.#pushes.splice(index, 1);
    if (push !== undefined) this.cache.push(push);
  }

  lose(choice: number): void {
    this.#pushes.splice(choice % Math.max(1, this.#pushes.length), 1);
  }

  answer(isRefused: boolean): void {
    const question = this.#questions.shift();
    if (question === undefined) return;
    const { afterKey, end } = question;
    if (isRefused) {
      end({ event: 'answer', id: '1', code: 20607, message: 'busy', retryAfterMs: 10 });
      return;
    }
    const rest = [...this.stored].filter(([key]) => key > afterKey).sort(([a], [b]) => (a < b ? -1 : 1));
    const entries = Object.fromEntries(rest.slice(0, PAGE_SIZE));
    const nextAfterKey = rest[PAGE_SIZE - 1]?.[0];
    const head = { event: 'answer', id: '1', code: 0, room: 'r', roomEpoch: 'e1', revision: this.#revision } as const;
    const hasMore = rest.length > PAGE_SIZE && nextAfterKey !== undefined;
    end({ ...head, entries, ...(hasMore ? { nextAfterKey } : {}) });
  }

  /** The connection is lost with all frames under way, and the client reconnects. */
  reconnect(): void {
    const lost = this.#questions;
    this.#questions = [];
    this.#pushes = [];
    this.cache.pause();
    for (const { end } of lost) end({ event: 'lost' });
    this.cache.begin('e1', this.#revision > 0);
    this.#atLeast = this.#revision;
  }

  /** From here on nothing is lost. */
  settle(): void {
    // A lost last push is noticed with the next one.
    this.change({ operation: 'set', keys: ['last'], value: '1', isOwn: false, isSplit: false });
    for (let round = 0; round < 100; round += 1) {
      while (!this.isQuiet) {
        this.deliver(0, false);
        this.answer(false);
      }
      this.timers.advance(1000);
    }
  }
}

const change = fc.record({
  operation: fc.constantFrom('set' as const, 'set' as const, 'remove' as const),
  keys: fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1 }),
  value: fc.string({ maxLength: 2 }),
  isOwn: fc.constant(false),
  isSplit: fc.boolean(),
});
/** Each sets a different value, to recognize which change is shown. */
const ownChange = fc.record({
  operation: fc.constant('set' as const),
  keys: fc.uniqueArray(fc.constantFrom(...OWN_KEYS), { minLength: 1 }),
  value: fc.uuid(),
  isOwn: fc.constant(true),
  isSplit: fc.boolean(),
});
const step: fc.Arbitrary<(simulation: Simulation) => void> = fc.oneof(
  fc.oneof(change, ownChange).map((given) => (simulation: Simulation) => simulation.change(given)),
  fc.tuple(fc.nat(9), fc.boolean()).map(
    ([choice, isDoubled]) =>
      (simulation: Simulation) =>
        simulation.deliver(choice, isDoubled),
  ),
  fc.nat(9).map((choice) => (simulation: Simulation) => simulation.lose(choice)),
  fc.nat(3).map((chance) => (simulation: Simulation) => simulation.answer(chance === 0)),
  fc.constantFrom(50, 200, 1000).map((ms) => (simulation: Simulation) => simulation.timers.advance(ms)),
  fc.constant((simulation: Simulation) => simulation.get()),
  fc.constant((simulation: Simulation) => simulation.reconnect()),
);

describe('with frames lost, doubled, reordered and refused, and connections lost', () => {
  it('hands out only states that existed, ends equal to the server, and reports every difference', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const simulation = new Simulation();
        for (const run of steps) run(simulation);
        simulation.settle();
        let found: unknown;
        simulation.cache.get((code, entries) => {
          found = [code, new Map(entries)];
        });
        expect(found).toEqual([0, simulation.stored]);
        expect(simulation.reported).toEqual(simulation.stored);
      }),
      { numRuns: 1000 },
    );
  });

  it('reports that it is synced once for each join and resume', () => {
    const simulation = new Simulation();
    expect(simulation.syncedCount).toBe(1);
    simulation.change({ operation: 'set', keys: ['a'], value: '1', isOwn: false, isSplit: false });
    simulation.settle();
    expect(simulation.syncedCount).toBe(1);
    simulation.reconnect();
    simulation.settle();
    expect(simulation.syncedCount).toBe(2);
  });
});
