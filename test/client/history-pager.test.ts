import { beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../lib/client/connection/requests.ts';
import type { HistoryOrder } from '../../lib/client/history/history-fetch.ts';
import { HistoryPager } from '../../lib/client/history/history-pager.ts';
import { JoinOrder } from '../../lib/client/room/join-order.ts';
import { type OperationDeps, Operations } from '../../lib/client/room/operations.ts';
import type { ClientFrame } from '../../lib/protocol/client-frames.ts';
import type { Message } from '../../lib/protocol/message.ts';
import { ModelLog } from '../simulation/model-log.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';
import { range } from '../support/range.ts';

let log: ModelLog;
let roomEpoch: string;
let frames: ClientFrame[];
/** Replaces the answer to a frame. */
let override: ((frame: ClientFrame) => Outcome | undefined) | undefined;
let pager: HistoryPager;

beforeEach(() => {
  log = new ModelLog();
  roomEpoch = 'e1';
  frames = [];
  override = undefined;
  pager = new HistoryPager({ roomId: 'r', operations: operations(), settled: () => {} });
});

/** Operations whose requests are answered at once. */
function operations(): Operations {
  const link = {} as never;
  const deps: OperationDeps = {
    timers: new VirtualTimers(),
    link: () => link,
    expired: () => {},
    isResuming: () => false,
    userId: () => 'ann',
    joins: new JoinOrder(() => {}),
    ask: (frameOf, end) => {
      const frame = frameOf('1');
      frames.push(frame);
      if (frame.action !== 'history') throw new Error(`unable to answer ${frame.action}; only history is served`);
      end(override?.(frame) ?? { event: 'answer', id: '1', code: 0, room: 'r', roomEpoch, ...log.history(frame) });
    },
  };
  return new Operations(deps, () => {});
}

/** Messages of these times, in this order. */
function fill(timesMs: readonly number[]): void {
  const given = { clientMessageId: 'c', senderUserId: 'bob', type: 'RC:TxtMsg', content: '{}' };
  for (const sentAtMs of timesMs) log.add({ ...given, sentAtMs }, 'kept');
}

/** The outcome of a call: the messages, or the code. */
function call(timestampMs: number, order: HistoryOrder, count: number): readonly Message[] | number {
  const outcomes: (readonly Message[] | number)[] = [];
  pager.read({ timestampMs, order, count }, (code, messages) => outcomes.push(code === 0 ? messages : code));
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length > 1)
    throw new Error(`unable to take the outcome; there are ${outcomes.length}`);
  return outcome;
}

const seqs = (messages: readonly Message[] | number) =>
  typeof messages === 'number' ? messages : messages.map(({ seq }) => seq);

/** As an app pages: by the time of the last message, until a page is not full. */
function readAll(order: HistoryOrder, count: number, fromMs = 0): number[] {
  const all: number[] = [];
  for (let timestampMs = fromMs; ; ) {
    const page = call(timestampMs, order, count);
    if (typeof page === 'number') throw new Error(`unable to read a page; code ${page}`);
    all.push(...page.map(({ seq }) => seq));
    const last = page.at(-1);
    if (last === undefined || page.length < count) return all;
    timestampMs = last.sentAtMs;
  }
}

describe('paging by time', () => {
  it('returns messages of one ms and its neighbours once each', () => {
    fill([820, 830, 830, 830, 840]);
    expect(seqs(call(0, 'descending', 2))).toEqual([5, 4]);
    expect(seqs(call(830, 'descending', 2))).toEqual([3, 2]);
    expect(seqs(call(830, 'descending', 2))).toEqual([1]);
    expect(readAll('ascending', 2)).toEqual([1, 2, 3, 4, 5]);
  });

  it('returns 10,000 messages with many equal times once each, in order, with any page size, both ways', () => {
    // 1, 2, 3 … 120 messages in a ms, again and again: fewer and more than a page holds.
    const timesMs: number[] = [];
    for (let ms = 1; timesMs.length < 10_000; ms += 1) {
      for (let times = 0; times < (ms % 120) + 1 && timesMs.length < 10_000; times += 1) timesMs.push(1000 + ms);
    }
    fill(timesMs);
    // Short pages, and some that are empty.
    for (let seq = 1; seq <= 10_000; seq += 1) if (seq % 97 < 20) log.setFate(seq, 'hidden');
    const kept = range(1, 10_000).filter((seq) => log.fateOf(seq) === 'kept');
    const newestFirst = [...kept].reverse();
    for (let count = 1; count <= 50; count += 1) {
      log.pageSeqs = () => 1 + (count % 17);
      expect(readAll('ascending', count)).toEqual(kept);
      expect(readAll('descending', count)).toEqual(newestFirst);
    }
  });

  it('returns an empty page at the end each time', () => {
    fill([20, 20, 20, 20]);
    expect(seqs(call(0, 'descending', 2))).toEqual([4, 3]);
    expect(seqs(call(20, 'descending', 2))).toEqual([2, 1]);
    expect(seqs(call(20, 'descending', 2))).toEqual([]);
    expect(seqs(call(20, 'descending', 2))).toEqual([]);
  });

  it('continues at the end with new messages, even of the same ms', () => {
    fill([10, 20, 20]);
    expect(seqs(call(0, 'ascending', 50))).toEqual([1, 2, 3]);
    fill([20, 20, 30]);
    expect(seqs(call(20, 'ascending', 50))).toEqual([4, 5, 6]);
    expect(seqs(call(30, 'ascending', 50))).toEqual([]);
    expect(seqs(call(30, 'ascending', 50))).toEqual([]);
  });

  it('continues before the oldest message of a join, even in the same ms', () => {
    fill([10, 20, 20, 20, 30]);
    pager.handed('e1', log.messages.slice(2));
    expect(readAll('descending', 2, 20)).toEqual([2, 1]);
  });

  it('continues after a pushed message, even in the middle of one ms', () => {
    fill([10, 20, 20, 20, 30]);
    pager.handed('e1', log.messages.slice(2, 3));
    expect(seqs(call(20, 'ascending', 50))).toEqual([4, 5]);
    pager.handed('e1', log.messages.slice(0, 1));
    expect(seqs(call(10, 'ascending', 1))).toEqual([2]);
  });

  it('starts at any other time that the app gives', () => {
    fill([10, 20, 20, 30]);
    expect(seqs(call(0, 'descending', 2))).toEqual([4, 3]);
    expect(seqs(call(25, 'descending', 50))).toEqual([3, 2, 1]);
    expect(seqs(call(15, 'ascending', 50))).toEqual([2, 3, 4]);
    expect(seqs(call(0, 'descending', 50))).toEqual([4, 3, 2, 1]);
  });

  it('keeps a position for each order', () => {
    fill([20, 20, 20, 20]);
    expect(seqs(call(0, 'descending', 1))).toEqual([4]);
    expect(seqs(call(0, 'ascending', 1))).toEqual([1]);
    expect(seqs(call(20, 'descending', 1))).toEqual([3]);
    expect(seqs(call(20, 'ascending', 1))).toEqual([2]);
  });

  it('does not mix two rooms with the same id', () => {
    fill([10, 20, 20, 20]);
    expect(seqs(call(0, 'descending', 2))).toEqual([4, 3]);
    log = new ModelLog();
    roomEpoch = 'e2';
    fill([10, 15, 30]);
    expect(seqs(call(20, 'descending', 50))).toEqual([2, 1]);
    // Between two pages of one call.
    log.pageSeqs = () => 1;
    override = () => {
      if (frames.length % 2 === 0) roomEpoch = 'e3';
      return undefined;
    };
    expect(seqs(call(0, 'ascending', 2))).toEqual([1, 2]);
  });

  it('remembers a thousand times and the earliest one', () => {
    fill([5, 5, ...range(10, 2000).flatMap((ms) => [ms, ms])]);
    pager.handed('e1', log.messages.slice(1, 2));
    pager.handed(
      'e1',
      log.messages.slice(3).filter(({ seq }) => seq % 2 === 0),
    );
    expect(seqs(call(5, 'descending', 50))).toEqual([1]);
    expect(seqs(call(2000, 'descending', 1))).toEqual([3983]);
    // It has forgotten this one, which is now a time like any other.
    expect(seqs(call(500, 'descending', 1))).toEqual([982]);
  });

  it('ignores messages without a seq, and forgets on request', () => {
    fill([20, 20]);
    pager.handed('e1', [{ seq: 0, sentAtMs: 20 }]);
    expect(pager.isEmpty).toBe(true);
    expect(seqs(call(0, 'descending', 1))).toEqual([2]);
    expect(pager.isEmpty).toBe(false);
    pager.forget();
    expect(pager.isEmpty).toBe(true);
    expect(seqs(call(20, 'descending', 1))).toEqual([]);
  });
});

describe('one call', () => {
  it('fetches page by page what it still lacks', () => {
    fill([10, 20, 30, 40, 50]);
    log.pageSeqs = () => 2;
    expect(seqs(call(0, 'descending', 5))).toEqual([5, 4, 3, 2, 1]);
    const asked = { action: 'history', id: '1', room: 'r', timestampMs: 0, order: 'descending' };
    expect(frames).toEqual([
      { ...asked, count: 5 },
      { ...asked, count: 3, cursor: 4 },
      { ...asked, count: 1, cursor: 2 },
    ]);
  });

  it('returns nothing if a page is refused, and everything when it is repeated', () => {
    fill([10, 20, 20, 40]);
    log.pageSeqs = () => 2;
    override = () => (frames.length === 2 ? { event: 'answer', id: '1', code: 23406, message: 'no' } : undefined);
    expect(call(0, 'ascending', 4)).toBe(23406);
    expect(pager.isEmpty).toBe(true);
    override = undefined;
    expect(seqs(call(0, 'ascending', 4))).toEqual([1, 2, 3, 4]);
  });

  it('ends if the pages of the server make no progress', () => {
    fill([10, 20]);
    const stuck = { event: 'answer', id: '1', code: 0, room: 'r', messages: [], next: 7, complete: true } as const;
    override = () => ({ ...stuck, roomEpoch });
    expect(call(0, 'ascending', 2)).toBe(-1);
    expect(frames).toHaveLength(2);
  });
});
