import { describe, expect, it } from 'vitest';
import { arrivalOf, openSession, receive, repair } from '../../lib/client/messages/room-session.ts';
import { range } from '../support/range.ts';
import { message } from './server-frames.ts';

const COUNT = 4000;
/** A search among 4,000 arrivals reads 12 of them. */
const READS_PER_PUSH = 20;

/** Arrivals of these seqs that count how often a seq is read. */
function countedArrivals(seqs: readonly number[]) {
  const counts = { reads: 0 };
  const arrivals = seqs.map((seq) =>
    Object.defineProperty({ ...arrivalOf(message(seq)) }, 'seq', {
      enumerable: true,
      get: () => {
        counts.reads += 1;
        return seq;
      },
    }),
  );
  return { counts, arrivals };
}

const opened = () => openSession({ roomEpoch: 'e1', seq: 0, latestSeq: 0, messages: [], complete: true }, 0).session;

describe('the work for a push', () => {
  it.each([
    ['without a missing seq', range(1, COUNT)],
    ['while a seq before them all is missing', range(2, COUNT)],
    ['while a seq is missing and every second one overtakes', range(1, COUNT / 2).flatMap((n) => [2 * n + 1, 2 * n])],
  ])('does not grow with the number of pushes %s', (_what, seqs) => {
    const { counts, arrivals } = countedArrivals(seqs);
    let session = opened();
    for (const arrival of arrivals) session = receive(session, [arrival]).session;
    expect(counts.reads).toBeLessThan(arrivals.length * READS_PER_PUSH);
  });

  it('does not grow when the missing seq comes', () => {
    const { counts, arrivals } = countedArrivals(range(2, COUNT));
    let session = opened();
    for (const arrival of arrivals) session = receive(session, [arrival]).session;
    const step = repair(session, { afterSeq: 0, beforeSeq: 2 }, { messages: [message(1)] });
    expect(step.session.seq).toBe(COUNT);
    expect(step.events).toHaveLength(COUNT);
    expect(counts.reads).toBeLessThan(arrivals.length * READS_PER_PUSH);
  });
});

describe('sessions that come from one session', () => {
  it('do not change each other', () => {
    const before = receive(
      opened(),
      [2, 3].map((seq) => arrivalOf(message(seq))),
    ).session;
    const one = receive(before, [arrivalOf(message(4))]).session;
    const other = receive(before, [arrivalOf(message(5))]).session;
    const seqsOf = (session: typeof before) =>
      repair(session, { afterSeq: 0, beforeSeq: 2 }, { messages: [message(1)] }).session.seq;
    expect([before, one, other].map(seqsOf)).toEqual([3, 4, 3]);
  });
});
