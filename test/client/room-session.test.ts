import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  missing,
  openSession,
  placeOf,
  type RoomSession,
  recall,
  receive,
  repair,
  resumeSession,
  type SessionEvent,
} from '../../lib/client/room-session.ts';
import type { Message } from '../../lib/protocol/frames.ts';

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
const recalled = (seq: number): Message => ({ ...message(seq), type: 'RC:RcNtf' });
const opened = (seq: number): RoomSession => openSession({ roomEpoch: 'e1', seq, messages: [] }).session;

describe('a room session', () => {
  it('begins with the history of the join, oldest first', () => {
    const step = openSession({ roomEpoch: 'e1', seq: 9, messages: messages(9, 8) });
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
    const step = receive(opened(3), [{ seq: 4, message: null }, ...places(5, 4)]);
    expect(told(step.events)).toEqual([5]);
  });

  it('tells a gap where a repair does not begin at the hole, then goes on', () => {
    const early = receive(opened(3), places(9)).session;
    const step = repair(early, { afterSeq: 3, beforeSeq: 9 }, messages(6, 7, 8));
    expect(told(step.events)).toEqual([[3, 6], 6, 7, 8, 9]);
  });

  it('asks for the rest after a repair of one page', () => {
    const early = receive(opened(3), places(9)).session;
    const step = repair(early, { afterSeq: 3, beforeSeq: 9 }, messages(4, 5));
    expect(told(step.events)).toEqual([4, 5]);
    expect(missing(step.session)).toEqual({ afterSeq: 5, beforeSeq: 9 });
  });

  it('gives up a hole for which a repair has nothing', () => {
    const early = receive(opened(3), places(9)).session;
    expect(told(repair(early, { afterSeq: 3, beforeSeq: 9 }, []).events)).toEqual([[3, 9], 9]);
  });

  it('hands over what was missed while away', () => {
    const step = resumeSession(opened(3), { roomEpoch: 'e1', seq: 5, messages: messages(4, 5) });
    expect(told(step.events)).toEqual([4, 5]);
  });

  it('tells a gap where the history does not reach back', () => {
    const step = resumeSession(opened(3), { roomEpoch: 'e1', seq: 9, messages: messages(8, 9) });
    expect(told(step.events)).toEqual([[3, 8], 8, 9]);
    const none = resumeSession(opened(3), { roomEpoch: 'e1', seq: 9, messages: [] });
    expect(told(none.events)).toEqual([[3, 10]]);
  });

  it('takes for lost only what an answer speaks of', () => {
    const early = receive(opened(3), places(6)).session;
    const resumed = resumeSession(early, { roomEpoch: 'e1', seq: 3, messages: [] });
    expect(told(resumed.events)).toEqual([]);
    expect(missing(resumed.session)).toEqual({ afterSeq: 3, beforeSeq: 6 });
    const repaired = repair(early, { afterSeq: 3, beforeSeq: 0 }, messages(4));
    expect(told(repaired.events)).toEqual([4]);
    expect(missing(repaired.session)).toEqual({ afterSeq: 4, beforeSeq: 6 });
  });

  it('tells the recall of what the app has had', () => {
    const step = recall(opened(3), recalled(3));
    expect(told(step.events)).toEqual(['recalled 3']);
    const own = receive(opened(3), [{ seq: 5, message: null }]).session;
    expect(told(recall(own, recalled(5)).events)).toEqual(['recalled 5']);
  });

  it('hands over what stands for a recalled message in its turn, and never the message', () => {
    const late = recall(receive(opened(3), places(5)).session, recalled(5));
    expect(late.events).toEqual([]);
    expect(receive(late.session, places(5, 4)).events).toEqual([{ message: message(4) }, { message: recalled(5) }]);
    const early = recall(opened(3), recalled(4));
    expect(early.events).toEqual([{ message: recalled(4) }]);
    expect(receive(early.session, places(4)).events).toEqual([]);
  });

  it('begins anew in another room epoch', () => {
    const step = resumeSession(opened(300), { roomEpoch: 'e2', seq: 2, messages: messages(1, 2) });
    expect(told(step.events)).toEqual([1, 2]);
    expect(step.session.seq).toBe(2);
  });
});

describe('whatever order, repetition and loss', () => {
  const arrival = fc.record({ seqs: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), own: fc.boolean() });

  it('hands over strictly increasing seqs, each once, and nothing unseen is passed silently', () => {
    fc.assert(
      fc.property(
        fc.array(arrival),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (all, lost, page) => {
          let session = opened(0);
          const events: SessionEvent[] = [];
          for (const { seqs, own } of all) {
            const given = own ? seqs.map((seq) => ({ seq, message: null })) : places(...seqs);
            const step = receive(session, given);
            session = step.session;
            events.push(...step.events);
            const hole = missing(session);
            if (!own || hole === undefined) continue;
            // The history has lost everything up to `lost` and answers in pages.
            const from = Math.max(hole.afterSeq, lost) + 1;
            const found = Array.from({ length: page }, (_, index) => from + index).filter(
              (seq) => seq < hole.beforeSeq,
            );
            const repaired = repair(session, hole, messages(...found));
            expect(repaired.session.seq).toBeGreaterThan(session.seq);
            session = repaired.session;
            events.push(...repaired.events);
          }
          let last = 0;
          for (const event of events) {
            const [first, end] = rangeOf(event);
            expect(first).toBeGreaterThan(last);
            expect(end).toBeGreaterThanOrEqual(first);
            last = end;
          }
          expect(last).toBeLessThanOrEqual(session.seq);
        },
      ),
    );
  });

  it('hands over everything if every repair is answered in full', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 6 })), (all) => {
        let session = opened(0);
        const seqs: unknown[] = [];
        for (const batch of all) {
          const step = receive(session, places(...batch));
          seqs.push(...told(step.events));
          session = step.session;
          for (let hole = missing(session); hole !== undefined; hole = missing(session)) {
            const { afterSeq, beforeSeq } = hole;
            const found = Array.from({ length: beforeSeq - afterSeq - 1 }, (_, index) => afterSeq + 1 + index);
            const repaired = repair(session, hole, messages(...found));
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
