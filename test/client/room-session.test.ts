import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type JoinedMessages,
  missing,
  openSession,
  type Place,
  placeOf,
  type RoomSession,
  recall,
  receive,
  repair,
  resumeSession,
  type SessionEvent,
} from '../../lib/client/room-session.ts';
import type { Message } from '../../lib/protocol/message.ts';

const message = (seq: number): Message => ({
  seq,
  messageId: `m${seq}`,
  clientMessageId: `c${seq}`,
  senderUserId: 'ann',
  type: 'RC:TxtMsg',
  content: '{}',
  sentAtMs: seq,
});
const messages = (...seqs: number[]) => seqs.map(message);
const places = (...seqs: number[]) => messages(...seqs).map(placeOf);
const told = (events: readonly SessionEvent[]) =>
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
const own = (...seqs: number[]): readonly Place[] => seqs.map((seq) => ({ seq, message: 'own' }));
/** A join's answer; it holds all unless it says otherwise. */
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
  it('begins with the history of the join, oldest first', () => {
    const step = openSession(joined(9, messages(9, 8)), 10);
    expect(told(step.events)).toEqual([8, 9]);
    expect(step.session.seq).toBe(9);
    expect(missing(step.session)).toBeUndefined();
  });

  it('hands over in order, each once, and keeps what came too early', () => {
    const first = receive(opened(3), places(4, 4, 6));
    expect(told(first.events)).toEqual([4]);
    expect(missing(first.session)).toEqual({ afterSeq: 4, beforeSeq: 6 });
    const second = receive(first.session, places(3, 5));
    expect(told(second.events)).toEqual([5, 6]);
    expect(missing(second.session)).toBeUndefined();
  });

  it('advances over an acknowledged message of his own without handing it over', () => {
    const step = receive(opened(3), [...own(4), ...places(5, 4)]);
    expect(told(step.events)).toEqual([5]);
  });

  it('hands over what was missed while away', () => {
    const step = resumeSession(opened(3), joined(5, messages(4, 5)), 0);
    expect(told(step.events)).toEqual([4, 5]);
  });

  it('tells a gap where the history does not reach back', () => {
    const step = resumeSession(opened(3), joined(9, messages(8, 9), { complete: false }), 0);
    expect(told(step.events)).toEqual([[3, 8], 8, 9]);
    const none = resumeSession(opened(3), joined(9, [], { complete: false }), 0);
    expect(told(none.events)).toEqual([[3, 10]]);
  });

  it('takes for lost only what an answer speaks of', () => {
    const early = receive(opened(3), places(6)).session;
    const resumed = resumeSession(early, joined(3, []), 0);
    expect(told(resumed.events)).toEqual([]);
    expect(missing(resumed.session)).toEqual({ afterSeq: 3, beforeSeq: 6 });
  });

  it('tells the recall of what the app has had', () => {
    const step = recall(opened(3), recalled(3));
    expect(told(step.events)).toEqual(['recalled 3']);
    const sent = receive(opened(3), own(5)).session;
    expect(told(recall(sent, recalled(5)).events)).toEqual(['recalled 5']);
  });

  it('hands over what stands for a recalled message in its turn, and never the message', () => {
    const late = recall(receive(opened(3), places(5)).session, recalled(5));
    expect(late.events).toEqual([]);
    expect(receive(late.session, places(5, 4)).events).toEqual([{ message: message(4) }, { message: recalled(5) }]);
    const early = recall(opened(3), recalled(4));
    expect(early.events).toEqual([{ message: recalled(4) }]);
    expect(receive(early.session, places(4)).events).toEqual([]);
  });

  it('hands over what stands for it also where the word of the recall was lost', () => {
    const early = receive(opened(3), places(5)).session;
    const step = resumeSession(early, joined(5, [message(4), recalled(5)]), 0);
    expect(step.events).toEqual([{ message: message(4) }, { message: recalled(5) }]);
  });

  it('begins anew in another room epoch', () => {
    const step = resumeSession(opened(300), joined(2, messages(1, 2), { roomEpoch: 'e2' }), 10);
    expect(told(step.events)).toEqual([1, 2]);
    expect(step.session.seq).toBe(2);
  });
});

describe('a seq without a message', () => {
  it('is passed over in the history of the join, in what was missed and in a repair', () => {
    const first = openSession(joined(9, messages(6, 8), { hidden: [5, 7, 9] }), 5);
    expect(told(first.events)).toEqual([6, 8]);
    expect(first.session.seq).toBe(9);
    const missed = resumeSession(first.session, joined(13, messages(11), { hidden: [10, 12, 13] }), 0);
    expect(told(missed.events)).toEqual([11]);
    const early = receive(missed.session, places(17)).session;
    const repaired = repair(early, { afterSeq: 13, beforeSeq: 17 }, { messages: messages(15), hidden: [14, 16] });
    expect(told(repaired.events)).toEqual([15, 17]);
    expect(missing(repaired.session)).toBeUndefined();
  });

  it('is passed over although the answer of a join does not list it, if that says that nothing is lost', () => {
    const first = openSession(joined(9, messages(4, 6, 7)), 3);
    expect(told(first.events)).toEqual([4, 6, 7]);
    expect(first.session.seq).toBe(9);
    // What lies before its first message was not asked for.
    const afresh = resumeSession(opened(1), joined(9, messages(4, 6, 7)), 3);
    expect(told(afresh.events)).toEqual([[1, 4], 4, 6, 7]);
  });

  it('is a deleted one: the app is told where it has had it, else nothing', () => {
    expect(told(recall(opened(3), deleted(3)).events)).toEqual(['recalled 3']);
    const early = recall(receive(opened(3), places(5)).session, deleted(5));
    expect(early.events).toEqual([]);
    // By two connections it may come twice.
    const twice = recall(early.session, deleted(5));
    expect(twice.events).toEqual([]);
    expect(told(receive(twice.session, places(4, 5, 6)).events)).toEqual([4, 6]);
    const next = recall(opened(3), deleted(4));
    expect(next.events).toEqual([]);
    expect(told(receive(next.session, places(4, 5)).events)).toEqual([5]);
  });

  it('that the app has by a push, because it was not to be kept, is handed over in its turn', () => {
    const early = receive(opened(3), places(5)).session;
    const step = repair(early, { afterSeq: 3, beforeSeq: 5 }, { messages: [], hidden: [4] });
    expect(told(step.events)).toEqual([5]);
  });
});

describe('an answer that could not hold everything', () => {
  it('leaves the rest of what the join asked for to a repair', () => {
    const step = openSession(joined(953, messages(951, 952, 953), { latestSeq: 1000 }), 50);
    expect(told(step.events)).toEqual([951, 952, 953]);
    expect(missing(step.session)).toEqual({ afterSeq: 953, beforeSeq: 1001 });
    const pushed = receive(step.session, places(1001)).session;
    expect(missing(pushed)).toEqual({ afterSeq: 953, beforeSeq: 1001 });
  });

  it('leaves the rest of what was missed to a repair', () => {
    const step = resumeSession(opened(3), joined(5, messages(4, 5), { latestSeq: 9 }), 0);
    expect(told(step.events)).toEqual([4, 5]);
    expect(missing(step.session)).toEqual({ afterSeq: 5, beforeSeq: 10 });
  });

  it('speaks of nothing after its next page', () => {
    const early = receive(opened(3), places(9)).session;
    const asked = { afterSeq: 3, beforeSeq: 9 };
    const step = repair(early, asked, { messages: messages(4, 6), next: 7 });
    expect(told(step.events)).toEqual([4, [4, 6], 6, [6, 8]]);
    expect(missing(step.session)).toEqual({ afterSeq: 7, beforeSeq: 9 });
    const empty = repair(early, asked, { messages: [], hidden: [4, 5], next: 5 });
    expect(told(empty.events)).toEqual([]);
    expect(missing(empty.session)).toEqual({ afterSeq: 5, beforeSeq: 9 });
  });

  it('has a next page that reaches no further than what was asked for', () => {
    const early = receive(opened(3), places(6, 9)).session;
    const step = repair(early, { afterSeq: 3, beforeSeq: 6 }, { messages: messages(4, 5), next: 8 });
    expect(told(step.events)).toEqual([4, 5, 6]);
    expect(missing(step.session)).toEqual({ afterSeq: 6, beforeSeq: 9 });
  });
});

describe('a message that is lost', () => {
  it('is a gap of one, and the rest goes on', () => {
    const first = openSession(joined(9, messages(6, 8), { complete: false }), 4);
    expect(told(first.events)).toEqual([6, [6, 8], 8, [8, 10]]);
    const missed = resumeSession(opened(3), joined(8, messages(5, 7, 8), { complete: false }), 0);
    expect(told(missed.events)).toEqual([[3, 5], 5, [5, 7], 7, 8]);
    const early = receive(opened(3), places(9)).session;
    const repaired = repair(early, { afterSeq: 3, beforeSeq: 9 }, { messages: messages(4, 6, 7, 8) });
    expect(told(repaired.events)).toEqual([4, [4, 6], 6, 7, 8, 9]);
  });

  it('is a gap also where it is the oldest of what the join asked for, or all of it', () => {
    const oldest = openSession(joined(9, messages(8, 9), { complete: false }), 3);
    expect(told(oldest.events)).toEqual([[6, 8], 8, 9]);
    const all = openSession(joined(9, [], { complete: false }), 1);
    expect(told(all.events)).toEqual([[8, 10]]);
    const young = openSession(joined(2, messages(2), { complete: false }), 50);
    expect(told(young.events)).toEqual([[0, 2], 2]);
  });

  it('makes a gap of all that a repair was asked for and does not have', () => {
    const early = receive(opened(3), places(9)).session;
    const asked = { afterSeq: 3, beforeSeq: 9 };
    expect(told(repair(early, asked, { messages: [] }).events)).toEqual([[3, 9], 9]);
    expect(told(repair(early, asked, { messages: messages(6, 7, 8) }).events)).toEqual([[3, 6], 6, 7, 8, 9]);
    expect(told(repair(early, asked, { messages: messages(4, 5) }).events)).toEqual([4, 5, [5, 9], 9]);
  });

  it('is none where it has come by itself meanwhile', () => {
    const early = receive(opened(3), [...places(5), ...own(7), ...places(9)]).session;
    const step = repair(early, { afterSeq: 3, beforeSeq: 9 }, { messages: [] });
    expect(told(step.events)).toEqual([[3, 5], 5, [5, 7], [7, 9], 9]);
  });
});

describe('whatever order, repetition and loss', () => {
  const seqs = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });
  const arrival = fc.record({ seqs, kind: fc.constantFrom('pushed', 'own', 'deleted') });
  const fates = fc.array(fc.constantFrom('kept', 'hidden', 'lost'), { minLength: 40, maxLength: 40 });

  const step = (session: RoomSession, { seqs, kind }: { seqs: readonly number[]; kind: string }) => {
    if (kind !== 'deleted') return receive(session, kind === 'own' ? own(...seqs) : places(...seqs));
    const [seq] = seqs;
    return seq === undefined ? { session, events: [] } : recall(session, deleted(seq));
  };

  /** The answer of a server that looks at so many seqs at once. */
  function pageOf(hole: { afterSeq: number; beforeSeq: number }, fate: readonly string[], looked: number) {
    const last = Math.min(hole.afterSeq + looked, hole.beforeSeq - 1);
    const range = Array.from({ length: last - hole.afterSeq }, (_, index) => hole.afterSeq + 1 + index);
    const hidden = range.filter((seq) => fate[seq - 1] === 'hidden');
    const found = messages(...range.filter((seq) => fate[seq - 1] === 'kept'));
    return { messages: found, hidden, ...(last < hole.beforeSeq - 1 ? { next: last } : {}) };
  }

  it('hands over strictly increasing seqs, each once, and tells of each that is lost', () => {
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

  it('hands over everything that there is, if every hole is repaired', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 6 })), (all) => {
        let session = opened(0);
        const seqs: unknown[] = [];
        const kept = Array.from({ length: 40 }, () => 'kept');
        for (const batch of all) {
          const pushed = receive(session, places(...batch));
          seqs.push(...told(pushed.events));
          session = pushed.session;
          for (let hole = missing(session); hole !== undefined; hole = missing(session)) {
            const repaired = repair(session, hole, pageOf(hole, kept, 3));
            seqs.push(...told(repaired.events));
            session = repaired.session;
          }
        }
        const highest = Math.max(0, ...all.flat());
        expect(seqs).toEqual(Array.from({ length: highest }, (_, index) => index + 1));
      }),
    );
  });
});
