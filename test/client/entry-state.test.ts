import { describe, expect, it } from 'vitest';
import {
  type EntryState,
  type EntryStep,
  expectChange,
  isBehind,
  noEntries,
  receiveEntries,
  startOver,
  takeRead,
} from '../../lib/client/entries/entry-state.ts';
import type { EntriesPush } from '../../lib/protocol/push-frames.ts';

type Entries = Readonly<Record<string, string>>;

const push = (revision: number, operation: 'set' | 'remove', entries: Entries, total?: number): EntriesPush => ({
  event: 'entries',
  room: 'r',
  roomEpoch: 'e1',
  revision,
  operation,
  entries,
  ...(total === undefined ? {} : { total }),
});
const set = (revision: number, entries: Entries, total?: number) => push(revision, 'set', entries, total);
const remove = (revision: number, ...keys: string[]) =>
  push(revision, 'remove', Object.fromEntries(keys.map((key) => [key, ''])));
const read = (state: EntryState, revision: number, entries: Entries, knownRevision = revision): EntryStep =>
  takeRead(state, { revision, knownRevision, entries: new Map(Object.entries(entries)), expected: state.expected });
const reported = ({ events }: EntryStep) => events.map((event) => [event.operation, Object.fromEntries(event.entries)]);
const shown = ({ state }: EntryStep) => Object.fromEntries(state.entries);
const known = (revision: number, entries: Entries) => read(noEntries, revision, entries).state;

describe('the entries of a room', () => {
  it('are unknown before they are read', () => {
    expect(isBehind(noEntries)).toBe(true);
    const early = receiveEntries(noEntries, set(1, { a: '1' }));
    expect(reported(early)).toEqual([]);
    const step = read(early.state, 0, {});
    expect(reported(step)).toEqual([['set', { a: '1' }]]);
    expect(isBehind(step.state)).toBe(false);
  });

  it('take and report the next change, even if it sets the same value', () => {
    const step = receiveEntries(known(4, { a: '1' }), set(5, { a: '1', b: '2' }));
    expect(reported(step)).toEqual([['set', { a: '1', b: '2' }]]);
    const removed = receiveEntries(step.state, remove(6, 'a'));
    expect(reported(removed)).toEqual([['remove', { a: '1' }]]);
    expect(shown(removed)).toEqual({ b: '2' });
  });

  it('ignore changes that they have', () => {
    const state = known(4, { a: '1' });
    expect(receiveEntries(state, set(3, { a: '0' }))).toEqual({ state, events: [] });
    expect(reported(receiveEntries(state, set(4, { a: '1' })))).toEqual([]);
  });

  it('take a second frame of the current change', () => {
    const first = receiveEntries(known(4, {}), set(5, { a: '1' }));
    const second = receiveEntries(first.state, set(5, { b: '2' }));
    expect(reported(second)).toEqual([['set', { b: '2' }]]);
    expect(isBehind(second.state)).toBe(false);
  });

  it('wait for all frames of a change that says how large it is', () => {
    const first = receiveEntries(known(4, {}), set(5, { a: '1' }, 2));
    expect([reported(first), isBehind(first.state)]).toEqual([[], true]);
    const doubled = receiveEntries(first.state, set(5, { a: '1' }, 2));
    const next = receiveEntries(doubled.state, set(6, { a: '3' }));
    expect([reported(doubled), reported(next)]).toEqual([[], []]);
    const second = receiveEntries(next.state, set(5, { b: '2' }, 2));
    expect(reported(second)).toEqual([
      ['set', { a: '1', b: '2' }],
      ['set', { a: '3' }],
    ]);
    expect(isBehind(second.state)).toBe(false);
    expect(reported(receiveEntries(second.state, set(6, { a: '3' }, 1)))).toEqual([]);
  });

  it('put changes that overtook each other in order', () => {
    const late = receiveEntries(known(4, { a: '1' }), set(6, { a: '3' }));
    expect([reported(late), isBehind(late.state)]).toEqual([[], true]);
    const step = receiveEntries(late.state, remove(5, 'a'));
    expect(reported(step)).toEqual([
      ['remove', { a: '1' }],
      ['set', { a: '3' }],
    ]);
    expect(isBehind(step.state)).toBe(false);
  });

  it('report the difference after they are read again', () => {
    const late = receiveEntries(known(4, { a: '1', b: '2', c: '3' }), set(9, { a: '9' }));
    const step = read(late.state, 9, { a: '9', b: '2', d: '4' });
    expect(reported(step)).toEqual([
      ['remove', { c: '3' }],
      ['set', { a: '9', d: '4' }],
    ]);
    expect(isBehind(step.state)).toBe(false);
  });

  it('apply changes between two pages, and are behind if such a push is lost', () => {
    const early = receiveEntries(noEntries, set(8, { b: 'new' })).state;
    const whole = read(early, 7, { a: '1', b: 'new' }, 8);
    expect([shown(whole), isBehind(whole.state)]).toEqual([{ a: '1', b: 'new' }, false]);
    expect(isBehind(read(noEntries, 7, { a: '1', b: 'new' }, 8).state)).toBe(true);
  });

  it('ignore a read that pushes have overtaken', () => {
    const ahead = receiveEntries(known(4, { a: '1' }), set(5, { a: '2' })).state;
    const step = read(ahead, 4, { a: '1' });
    expect([shown(step), reported(step)]).toEqual([{ a: '2' }, []]);
  });

  it('start over after a lost connection, from what the app knows', () => {
    const again = startOver(known(4, { a: '1', b: '2' }));
    expect(isBehind(again)).toBe(true);
    expect(reported(read(again, 6, { b: '2', c: '3' }))).toEqual([
      ['remove', { a: '1' }],
      ['set', { c: '3' }],
    ]);
  });

  it('wait for a change of the user until a push or a read shows it', () => {
    const state = known(4, { a: '1' });
    expect(expectChange(state, 'set', new Map([['a', '1']]))).toBe(state);
    const waiting = expectChange(state, 'set', new Map([['b', '2']]));
    expect(isBehind(waiting)).toBe(true);
    expect(isBehind(receiveEntries(waiting, set(5, { b: '2' })).state)).toBe(false);
    // Another user has set it since: only a read can show that.
    const other = receiveEntries(waiting, set(5, { b: 'other' })).state;
    expect(isBehind(other)).toBe(true);
    expect(isBehind(read(other, 6, { a: '1', b: 'other' }).state)).toBe(false);
    const removing = expectChange(state, 'remove', new Map([['a', '']]));
    expect(isBehind(receiveEntries(removing, remove(5, 'a')).state)).toBe(false);
  });

  it('wait for each change of the user to one key', () => {
    const state = known(4, { a: '1' });
    const there = expectChange(state, 'set', new Map([['a', '2']]));
    const back = expectChange(there, 'set', new Map([['a', '1']]));
    const first = receiveEntries(back, set(5, { a: '2' })).state;
    expect(isBehind(first)).toBe(true);
    expect(isBehind(receiveEntries(first, set(6, { a: '1' })).state)).toBe(false);
  });

  it('keep waiting if the read began before the change', () => {
    const state = known(4, {});
    const waiting = expectChange(state, 'set', new Map([['b', '2']]));
    const step = takeRead(waiting, { revision: 4, knownRevision: 4, entries: new Map(), expected: state.expected });
    expect(isBehind(step.state)).toBe(true);
  });

  it('keep a key that objects inherit', () => {
    const step = receiveEntries(known(0, {}), set(1, { constructor: 'mine' }));
    expect([...step.state.entries]).toEqual([['constructor', 'mine']]);
    expect([...receiveEntries(step.state, remove(2, 'constructor')).state.entries]).toEqual([]);
  });

  it('keep a bounded number of early changes', () => {
    let state = known(0, {});
    for (let revision = 2; revision < 1000; revision += 1) {
      state = receiveEntries(state, set(revision, { a: String(revision) })).state;
    }
    expect(state.early.length).toBeLessThanOrEqual(100);
    const step = receiveEntries(state, set(1, { a: '1' }));
    expect(isBehind(step.state)).toBe(true);
    expect(isBehind(read(step.state, 999, { a: '999' }).state)).toBe(false);
  });
});
