import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChance } from '../simulation/chance.ts';
import { NO_TROUBLE, type Trouble } from '../simulation/model-server.ts';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { watchDials } from '../simulation/simulated-network.ts';
import { MINUTE_MS, VirtualTimers } from '../simulation/virtual-timers.ts';
import { range } from '../support/range.ts';

/** Something that happens to the client, the network or the server. */
type Event =
  | {
      readonly kind:
        | 'send'
        | 'reset'
        | 'lost reset'
        | 'visible'
        | 'offline'
        | 'online'
        | 'forget'
        | 'block'
        | 'reconnect';
    }
  /** `isOdd`: the history keeps only some of the messages. */
  | { readonly kind: 'talk'; readonly count: number; readonly isOdd: boolean }
  | { readonly kind: 'unplug' | 'down'; readonly forMs: number }
  | { readonly kind: 'trouble'; readonly trouble: Trouble; readonly forMs: number };

const duration = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 2000, max: 400_000 }));
const chance = fc.constantFrom(0, 0.1, 0.5);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('talk' as const),
      count: fc.integer({ min: 1, max: 70 }),
      isOdd: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('reset', 'lost reset', 'visible', 'offline', 'online', 'forget', 'block', 'reconnect'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('unplug', 'down'), forMs: duration }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('trouble' as const),
      forMs: duration,
      trouble: fc.record({
        lostAnswer: chance,
        lostPush: chance,
        unknown: chance,
        unknownSend: chance,
        tooFast: chance,
      }),
    }),
  },
);
const story = fc.record({
  seed: fc.nat(),
  /** The time before anything happens: with it, some stories are about the renewal. */
  quietMs: fc.oneof(fc.constant(0), fc.integer({ min: 104 * MINUTE_MS, max: 111 * MINUTE_MS })),
  events: fc.array(
    fc.record({ afterMs: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 60_000 })), event }),
    { minLength: 20, maxLength: 100, size: 'max' },
  ),
});

const STORY_MS = new VirtualTimers().nowMs + 120 * MINUTE_MS;

/** What happens to the messages, one after the other. */
const FATES = ['kept', 'hidden', 'lost', 'deleted'] as const;

/** How often each of these happened in all stories. */
interface Seen {
  evictions: number;
  gaps: number;
  renewals: number;
}

class Run {
  readonly sim: SimulatedEngine;
  #sends = 0;
  #talks = 0;
  /** Indexes in `handed` at which the seqs start again, because the user was removed for another reason than being offline. */
  readonly starts: number[] = [0];
  /** Gaps although the history had the messages and the join asked for them. */
  readonly unexplained: unknown[] = [];

  constructor(seed: number, seen: Seen) {
    const random = createChance(seed);
    this.sim = new SimulatedEngine(random);
    const { sim } = this;
    sim.server.log.pageSeqs = () => 1 + Math.floor(random() * 50);
    const { engine, server, handed } = sim;
    engine.setOnChatRoomRemovedListener((_room, reason) => {
      if (reason === 'offline') seen.evictions += 1;
      else this.#joinAgain();
    });
    engine.setOnChatRoomGapListener((_room, afterSeq, beforeSeq) => {
      const seqs = range(afterSeq + 1, beforeSeq - 1);
      const isExplained = seqs.every((seq) => seq <= server.notAskedSeq || server.log.fateOf(seq) === 'lost');
      if (!isExplained) this.unexplained.push([afterSeq, beforeSeq]);
      seen.gaps += 1;
      handed.push([afterSeq, beforeSeq]);
    });
    watchDials(server, () => {
      if (server.isOnline('ann') && sim.statuses.at(-1) === 1) seen.renewals += 1;
    });
  }

  async happen(given: Event): Promise<void> {
    const { sim } = this;
    const { access, server, timers } = sim;
    if (given.kind === 'send') await this.send();
    else if (given.kind === 'talk') this.talk(given.count, given.isOdd);
    else if (given.kind === 'reset' || given.kind === 'lost reset') {
      access.isEndNoticed = given.kind === 'reset';
      access.reset();
    } else if (given.kind === 'forget') server.log.forgotten = server.log.seq;
    else if (given.kind === 'block') server.remove('ann', 'blocked');
    else if (given.kind === 'reconnect') {
      void sim.engine.disconnect(false);
      sim.connect(0);
    } else if (given.kind === 'unplug') {
      access.unplug();
      timers.setTimeout(() => access.plugIn(), given.forMs);
      timers.setTimeout(() => access.detectDead(), given.forMs / 2);
    } else if (given.kind === 'down') {
      server.refuseWith = 503;
      access.reset();
      timers.setTimeout(() => this.heal(), given.forMs);
    } else if (given.kind === 'trouble') {
      server.trouble = given.trouble;
      timers.setTimeout(() => this.heal(), given.forMs);
    } else sim.notice(given.kind);
  }

  async send(): Promise<void> {
    this.#sends += 1;
    await this.sim.send(`ann ${this.#sends}`);
  }

  talk(count: number, isOdd: boolean): void {
    const { server } = this.sim;
    for (let number = 0; number < count; number += 1) {
      this.#talks += 1;
      const fate = isOdd ? FATES[this.#talks % FATES.length] : 'kept';
      const message = server.publish('bob', `bob ${this.#talks}`, fate === 'deleted' ? 'kept' : fate);
      if (fate === 'deleted') server.delete(message);
    }
  }

  heal(): void {
    this.sim.server.trouble = NO_TROUBLE;
    this.sim.server.refuseWith = undefined;
  }

  #joinAgain(): void {
    this.starts.push(this.sim.handed.length);
    this.#join();
  }

  #join(): void {
    const onChatRoomJoined = (code: number) => {
      // Not at once, because the client may be disconnecting.
      if (code !== 0) this.sim.timers.setTimeout(() => this.#join(), 1000);
    };
    void this.sim.engine.joinChatRoom('r', 50, true, { onChatRoomJoined });
  }
}

/** Checks that seqs increase, and that the seqs between two of them are ann's own messages or hidden. */
function checkHanded({ sim, starts }: Run): void {
  const { log } = sim.server;
  const isSilent = (seq: number) => log.messages[seq - 1]?.senderUserId === 'ann' || log.wasHidden(seq);
  starts.forEach((start, index) => {
    let last: number | undefined;
    for (const handed of sim.handed.slice(start, starts[index + 1])) {
      const [first, end] = typeof handed === 'number' ? [handed, handed] : [handed[0] + 1, handed[1] - 1];
      expect(first).toBeGreaterThan(last ?? 0);
      expect(end).toBeGreaterThanOrEqual(first);
      for (let seq = (last ?? first - 1) + 1; seq < first; seq += 1) expect([seq, isSilent(seq)]).toEqual([seq, true]);
      last = end;
    }
  });
}

describe('I-D4, I-D6, I-D11: two hours on a bad network', () => {
  const isLong = { timeout: 120_000 };

  it('answer every send once, and deliver each message in order or report it as lost', isLong, async () => {
    const seen: Seen = { evictions: 0, gaps: 0, renewals: 0 };
    await fc.assert(
      fc.asyncProperty(story, async ({ seed, quietMs, events }) => {
        const run = new Run(seed, seen);
        const { sim } = run;
        sim.enter(50);
        sim.timers.advance(quietMs);
        for (const { afterMs, event } of events) {
          sim.timers.advance(afterMs);
          await run.happen(event);
        }
        sim.timers.advance(Math.max(15 * MINUTE_MS, STORY_MS - sim.timers.nowMs));
        run.heal();
        sim.access.plugIn();
        sim.notice('online');
        sim.timers.advance(2 * MINUTE_MS);
        expect(sim.statuses.at(-1)).toBe(1);
        await run.send();
        sim.timers.advance(MINUTE_MS);
        // If ann was removed and the push of it was lost, this send finds out.
        const isPushLost = events.some(({ event }) => event.kind === 'trouble' && event.trouble.lostPush > 0);
        if (!isPushLost) expect([...sim.sent.values()].at(-1)).toEqual([0]);
        run.talk(1, false);
        await run.send();
        sim.timers.advance(MINUTE_MS);
        checkHanded(run);
        const newest = sim.server.log.messages.findLast(({ senderUserId }) => senderUserId === 'bob')?.seq;
        expect(sim.handed.at(-1)).toBe(newest);
        for (const [text, codes] of sim.sent) expect([text, codes]).toEqual([text, [expect.any(Number)]]);
        expect([...sim.sent.values()].at(-1)).toEqual([0]);
        const stored = sim.server.log.messages.map(({ clientMessageId }) => clientMessageId);
        expect(new Set(stored).size).toBe(stored.length);
        expect(run.unexplained).toEqual([]);
        await sim.engine.destroy();
        expect(sim.pendingTimers).toBe(0);
      }),
      { numRuns: 200 },
    );
    expect(Object.values(seen).every((count) => count > 0)).toBe(true);
  });
});
