import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Arrival,
  arrivalOf,
  type JoinedMessages,
  missing,
  openSession,
  type RoomSession,
  recall,
  receive,
  repair,
  resumeSession,
  type SessionEvent,
} from '../../lib/client/messages/room-session.ts';
import type { Message } from '../../lib/protocol/message.ts';
import { range } from '../support/range.ts';
import { message } from './server-frames.ts';

const messages = (...seqs: number[]) => seqs.map((seq) => message(seq));
const arrivals = (...seqs: number[]) => messages(...seqs).map(arrivalOf);
const reported = (events: readonly SessionEvent[]) =>
  events.map((event) => {
    if ('message' in event) return event.message.seq;
    return 'gap' in event ? [event.gap.afterSeq, event.gap.beforeSeq] : `recalled ${event.recalled.seq}`;
  });
const rangeOf = (event: SessionEvent): readonly [number, number] => {
  if ('gap' in event) return [event.gap.afterSeq + 1, event.gap.beforeSeq - 1];
  const { seq } = 'message' in event ? event.message : event.recalled;
  return [seq, seq];
};
const recalled = (seq: number): Message => ({ ...message(seq), type: 'RC:RcNtf', recalled: true });
const deleted = (seq: number): Message => ({ ...recalled(seq), hidden: true });
const own = (...seqs: number[]): readonly Arrival[] => seqs.map((seq) => ({ seq, message: 'own' }));
/** The answer of a join. Unless `more` says otherwise, it has all that was asked for. */
const joined = (seq: number, messages: readonly Message[], more: Partial<JoinedMessages> = {}): JoinedMessages => ({
  roomEpoch: 'e1',
  seq,
  latestSeq: seq,
  messages,
  complete: true,
  ...more,
});
const opened = (seq: number): RoomSession => openSession(joined(seq, []), 0).session;

describe('a room session', () => {
  it('starts with the history of the join, oldest first', () => {
    const step = openSession(joined(9, messages(9, 8)), 10);
    expect(reported(step.events)).toEqual([8, 9]);
    expect(step.session.seq).toBe(9);
    expect(missing(step.session)).toBeUndefined();
  });

  it('delivers in order, each once, and keeps messages that come too early', () => {
    const first = receive(opened(3), arrivals(4, 4, 6));
    expect(reported(first.events)).toEqual([4]);
    expect(missing(first.session)).toEqual({ afterSeq: 4, beforeSeq: 6 });
    const second = receive(first.session, arrivals(3, 5));
    expect(reported(second.events)).toEqual([5, 6]);
    expect(missing(second.session)).toBeUndefined();
  });

  it('advances over an accepted message of the user without delivering it', () => {
    const step = receive(opened(3), [...own(4), ...arrivals(5, 4)]);
    expect(reported(step.events)).toEqual([5]);
  });

  it('delivers the messages missed while disconnected', () => {
    const step = resumeSession(opened(3), joined(5, messages(4, 5)), 0);
    expect(reported(step.events)).toEqual([4, 5]);
  });

  it('reports a gap if the history does not reach back', () => {
    const step = resumeSession(opened(3), joined(9, messages(8, 9), { complete: false }), 0);
    expect(reported(step.events)).toEqual([[3, 8], 8, 9]);
    const none = resumeSession(opened(3), joined(9, [], { complete: false }), 0);
    expect(reported(none.events)).toEqual([[3, 10]]);
  });

  it('treats as lost only what an answer covers', () => {
    const early = receive(opened(3), arrivals(6)).session;
    const resumed = resumeSession(early, joined(3, []), 0);
    expect(reported(resumed.events)).toEqual([]);
    expect(missing(resumed.session)).toEqual({ afterSeq: 3, beforeSeq: 6 });
  });

  it('reports the recall of a message that the app has', () => {
    const step = recall(opened(3), recalled(3));
    expect(reported(step.events)).toEqual(['recalled 3']);
    const sent = receive(opened(3), own(5)).session;
    expect(reported(recall(sent, recalled(5)).events)).toEqual(['recalled 5']);
  });

  it('delivers the replacement of a recalled message in its turn, and never the message', () => {
    const late = recall(receive(opened(3), arrivals(5)).session, recalled(5));
    expect(late.events).toEqual([]);
    expect(receive(late.session, arrivals(5, 4)).events).toEqual([{ message: message(4) }, { message: recalled(5) }]);
    const early = recall(opened(3), recalled(4));
    expect(early.events).toEqual([{ message: recalled(4) }]);
    expect(receive(early.session, arrivals(4)).events).toEqual([]);
  });

  it('delivers the replacement even if the push of the recall is lost', () => {
    const early = receive(opened(3), arrivals(5)).session;
    const step = resumeSession(early, joined(5, [message(4), recalled(5)]), 0);
    expect(step.events).toEqual([{ message: message(4) }, { message: recalled(5) }]);
  });

  it('starts again in a new room epoch', () => {
    const step = resumeSession(opened(300), joined(2, messages(1, 2), { roomEpoch: 'e2' }), 10);
    expect(reported(step.events)).toEqual([1, 2]);
    expect(step.session.seq).toBe(2);
  });
});

describe('a seq without a message', () => {
  it('is passed over in the history of a join, in a resume and in a repair', () => {
    const first = openSession(joined(9, messages(6, 8), { hidden: [5, 7, 9] }), 5);
    expect(reported(first.events)).toEqual([6, 8]);
    expect(first.session.seq).toBe(9);
    const missed = resumeSession(first.session, joined(13, messages(11), { hidden: [10, 12, 13] }), 0);
    expect(reported(missed.events)).toEqual([11]);
    const early = receive(missed.session, arrivals(17)).session;
    const repaired = repair(early, { afterSeq: 13, beforeSeq: 17 }, { messages: messages(15), hidden: [14, 16] });
    expect(reported(repaired.events)).toEqual([15, 17]);
    expect(missing(repaired.session)).toBeUndefined();
  });

  it('is passed over if the answer of a join says that nothing is lost, even if it is not listed', () => {
    const first = openSession(joined(9, messages(4, 6, 7)), 3);
    expect(reported(first.events)).toEqual([4, 6, 7]);
    expect(first.session.seq).toBe(9);
    // The join did not ask for what lies before its first message.
    const again = resumeSession(opened(1), joined(9, messages(4, 6, 7)), 3);
    expect(reported(again.events)).toEqual([[1, 4], 4, 6, 7]);
  });

  it('is a deleted message: the app is notified only if it has the message', () => {
    expect(reported(recall(opened(3), deleted(3)).events)).toEqual(['recalled 3']);
    const early = recall(receive(opened(3), arrivals(5)).session, deleted(5));
    expect(early.events).toEqual([]);
    // Over two connections it may come twice.
    const twice = recall(early.session, deleted(5));
    expect(twice.events).toEqual([]);
    expect(reported(receive(twice.session, arrivals(4, 5, 6)).events)).toEqual([4, 6]);
    const next = recall(opened(3), deleted(4));
    expect(next.events).toEqual([]);
    expect(reported(receive(next.session, arrivals(4, 5)).events)).toEqual([5]);
  });

  it('delivers in its turn a pushed message that the history does not keep', () => {
    const early = receive(opened(3), arrivals(5)).session;
    const step = repair(early, { afterSeq: 3, beforeSeq: 5 }, { messages: [], hidden: [4] });
    expect(reported(step.events)).toEqual([5]);
  });
});

describe('an answer that does not hold everything', () => {
  it('of a join leaves the rest to a repair', () => {
    const step = openSession(joined(953, messages(951, 952, 953), { latestSeq: 1000 }), 50);
    expect(reported(step.events)).toEqual([951, 952, 953]);
    expect(missing(step.session)).toEqual({ afterSeq: 953, beforeSeq: 1001 });
    const pushed = receive(step.session, arrivals(1001)).session;
    expect(missing(pushed)).toEqual({ afterSeq: 953, beforeSeq: 1001 });
  });

  it('of a resume leaves the rest to a repair', () => {
    const step = resumeSession(opened(3), joined(5, messages(4, 5), { latestSeq: 9 }), 0);
    expect(reported(step.events)).toEqual([4, 5]);
    expect(missing(step.session)).toEqual({ afterSeq: 5, beforeSeq: 10 });
  });

  it('covers nothing from its next page on', () => {
    const early = receive(opened(3), arrivals(9)).session;
    const asked = { afterSeq: 3, beforeSeq: 9 };
    const step = repair(early, asked, { messages: messages(4, 6), next: 7 });
    expect(reported(step.events)).toEqual([4, [4, 6], 6, [6, 8]]);
    expect(missing(step.session)).toEqual({ afterSeq: 7, beforeSeq: 9 });
    const empty = repair(early, asked, { messages: [], hidden: [4, 5], next: 5 });
    expect(reported(empty.events)).toEqual([]);
    expect(missing(empty.session)).toEqual({ afterSeq: 5, beforeSeq: 9 });
  });

  it('covers no more than what was asked for', () => {
    const early = receive(opened(3), arrivals(6, 9)).session;
    const step = repair(early, { afterSeq: 3, beforeSeq: 6 }, { messages: messages(4, 5), next: 8 });
    expect(reported(step.events)).toEqual([4, 5, 6]);
    expect(missing(step.session)).toEqual({ afterSeq: 6, beforeSeq: 9 });
  });
});

describe('a message that is lost', () => {
  it('is a gap of one, and the rest follows', () => {
    const first = openSession(joined(9, messages(6, 8), { complete: false }), 4);
    expect(reported(first.events)).toEqual([6, [6, 8], 8, [8, 10]]);
    const missed = resumeSession(opened(3), joined(8, messages(5, 7, 8), { complete: false }), 0);
    expect(reported(missed.events)).toEqual([[3, 5], 5, [5, 7], 7, 8]);
    const early = receive(opened(3), arrivals(9)).session;
    const repaired = repair(early, { afterSeq: 3, beforeSeq: 9 }, { messages: messages(4, 6, 7, 8) });
    expect(reported(repaired.events)).toEqual([4, [4, 6], 6, 7, 8, 9]);
  });

  it('is a gap even if it is the oldest, or all, of what the join asked for', () => {
    const oldest = openSession(joined(9, messages(8, 9), { complete: false }), 3);
    expect(reported(oldest.events)).toEqual([[6, 8], 8, 9]);
    const all = openSession(joined(9, [], { complete: false }), 1);
    expect(reported(all.events)).toEqual([[8, 10]]);
    const young = openSession(joined(2, messages(2), { complete: false }), 50);
    expect(reported(young.events)).toEqual([[0, 2], 2]);
  });

  it('is a gap of all that a repair asked for and did not get', () => {
    const early = receive(opened(3), arrivals(9)).session;
    const asked = { afterSeq: 3, beforeSeq: 9 };
    expect(reported(repair(early, asked, { messages: [] }).events)).toEqual([[3, 9], 9]);
    expect(reported(repair(early, asked, { messages: messages(6, 7, 8) }).events)).toEqual([[3, 6], 6, 7, 8, 9]);
    expect(reported(repair(early, asked, { messages: messages(4, 5) }).events)).toEqual([4, 5, [5, 9], 9]);
  });

  it('is no gap if it arrives by a push before the answer', () => {
    const early = receive(opened(3), [...arrivals(5), ...own(7), ...arrivals(9)]).session;
    const step = repair(early, { afterSeq: 3, beforeSeq: 9 }, { messages: [] });
    expect(reported(step.events)).toEqual([[3, 5], 5, [5, 7], [7, 9], 9]);
  });
});

describe('with any order, repetition and loss', () => {
  const seqs = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });
  const arrival = fc.record({ seqs, kind: fc.constantFrom('pushed', 'own', 'deleted') });
  const fates = fc.array(fc.constantFrom('kept', 'hidden', 'lost'), { minLength: 40, maxLength: 40 });

  const step = (session: RoomSession, { seqs, kind }: { seqs: readonly number[]; kind: string }) => {
    if (kind !== 'deleted') return receive(session, kind === 'own' ? own(...seqs) : arrivals(...seqs));
    const [seq] = seqs;
    return seq === undefined ? { session, events: [] } : recall(session, deleted(seq));
  };

  /** The answer of a server that reads this many seqs at once. */
  function pageOf(hole: { afterSeq: number; beforeSeq: number }, fate: readonly string[], looked: number) {
    const last = Math.min(hole.afterSeq + looked, hole.beforeSeq - 1);
    const read = range(hole.afterSeq + 1, last);
    const hidden = read.filter((seq) => fate[seq - 1] === 'hidden');
    const found = messages(...read.filter((seq) => fate[seq - 1] === 'kept'));
    return { messages: found, hidden, ...(last < hole.beforeSeq - 1 ? { next: last } : {}) };
  }

  it('delivers strictly increasing seqs, each once, and reports each that is lost', () => {
    fc.assert(
      fc.property(fc.array(arrival), fates, fc.integer({ min: 1, max: 9 }), (all, fate, looked) => {
        let session = opened(0);
        const events: SessionEvent[] = [];
        const silent = new Set(fate.flatMap((each, index) => (each === 'hidden' ? [index + 1] : [])));
        for (const each of all) {
          if (each.kind !== 'pushed') for (const seq of each.seqs) silent.add(seq);
          const next = step(session, each);
          session = next.session;
          events.push(...next.events.filter((event) => !('recalled' in event)));
          const hole = missing(session);
          if (each.kind !== 'own' || hole === undefined) continue;
          const repaired = repair(session, hole, pageOf(hole, fate, looked));
          expect(repaired.session.seq).toBeGreaterThan(session.seq);
          session = repaired.session;
          events.push(...repaired.events);
        }
        let last = 0;
        for (const [first, end] of [...events.map(rangeOf), [session.seq + 1, session.seq + 1] as const]) {
          expect(first).toBeGreaterThan(last);
          expect(end).toBeGreaterThanOrEqual(first);
          for (let seq = last + 1; seq < first; seq += 1) expect([seq, silent.has(seq)]).toEqual([seq, true]);
          last = end;
        }
      }),
    );
  });

  it('delivers every message if every hole is repaired', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 6 })), (all) => {
        let session = opened(0);
        const seqs: unknown[] = [];
        const kept = Array.from({ length: 40 }, () => 'kept');
        for (const batch of all) {
          const pushed = receive(session, arrivals(...batch));
          seqs.push(...reported(pushed.events));
          session = pushed.session;
          for (let hole = missing(session); hole !== undefined; hole = missing(session)) {
            const repaired = repair(session, hole, pageOf(hole, kept, 3));
            seqs.push(...reported(repaired.events));
            session = repaired.session;
          }
        }
        const highest = Math.max(0, ...all.flat());
        expect(seqs).toEqual(range(1, highest));
      }),
    );
  });
});
