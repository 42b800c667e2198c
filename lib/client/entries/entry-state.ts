import type { EntriesPush } from '../../protocol/push-frames.ts';

/** Far more pushes than overtake each other; what is dropped is read again. */
const EARLY_MAX = 100;

/** What a client knows of a room's entries. Immutable: every function here returns a new one. */
export interface EntryState {
  /** `entries` has the changes up to here; -1 = they are old, and the current ones are not read yet. */
  readonly revision: number;
  /** The highest revision that is known to exist. */
  readonly knownRevision: number;
  /** The entries as the app knows them. */
  readonly entries: ReadonlyMap<string, string>;
  /** Pushes that came too early, or whose change is incomplete; all above `revision`. */
  readonly early: readonly EntriesPush[];
  /** Changes of this user that the server has made and `entries` does not show; undefined = removed. */
  readonly expected: ReadonlyMap<string, string | undefined>;
}

/** A change to report to the app. Removed entries come with their last values. */
export interface EntryEvent {
  readonly operation: 'set' | 'remove';
  readonly entries: ReadonlyMap<string, string>;
}

export interface EntryStep {
  readonly state: EntryState;
  readonly events: readonly EntryEvent[];
}

/** All entries as the server had them, read page by page. */
export interface EntryRead {
  /** The revision of the first page: pushes of changes made between the pages still apply. */
  readonly revision: number;
  /** The revision of the last page. */
  readonly knownRevision: number;
  readonly entries: ReadonlyMap<string, string>;
  /** What was expected when the read began; the read includes it. */
  readonly expected: EntryState['expected'];
}

export const noEntries: EntryState = {
  revision: -1,
  knownRevision: 0,
  entries: new Map(),
  early: [],
  expected: new Map(),
};

/** After a lost connection, or for a new room with the same id: the known entries may be out of date. */
export function startOver(state: EntryState): EntryState {
  return { ...noEntries, entries: state.entries };
}

/** Takes a push; pushes may come in any order and more than once. */
export function receiveEntries(state: EntryState, push: EntriesPush): EntryStep {
  // Without `total` the server may send one change in several frames.
  if (push.revision === state.revision && push.total === undefined) return applyAgain(state, push);
  if (push.revision <= state.revision) return { state, events: [] };
  const early = [...state.early, push].slice(-EARLY_MAX);
  return drain({ ...state, early, knownRevision: Math.max(state.knownRevision, push.revision) });
}

/** All entries are read; the app is notified of the difference. */
export function takeRead(state: EntryState, read: EntryRead): EntryStep {
  const expected = state.expected === read.expected ? new Map() : state.expected;
  if (read.revision < state.revision) return { state: { ...state, expected }, events: [] };
  const knownRevision = Math.max(state.knownRevision, read.knownRevision);
  const { state: after } = drain({ ...state, revision: read.revision, entries: read.entries, knownRevision, expected });
  return { state: after, events: difference(state.entries, after.entries) };
}

/** The server has made a change of this user; its push may come later, or never. */
export function expectChange(
  state: EntryState,
  operation: EntryEvent['operation'],
  entries: ReadonlyMap<string, string>,
): EntryState {
  const wanted = [...entries].map(([key, value]) => [key, operation === 'set' ? value : undefined] as const);
  // With an earlier change still expected, the shown value may be older than that one.
  const isShown = (key: string, value: string | undefined) =>
    state.revision >= 0 && !state.expected.has(key) && state.entries.get(key) === value;
  const unseen = wanted.filter(([key, value]) => !isShown(key, value));
  return unseen.length === 0 ? state : { ...state, expected: new Map([...state.expected, ...unseen]) };
}

/** true = something is missing: a push may still bring it, otherwise it must be read. */
export function isBehind(state: EntryState): boolean {
  return state.revision < state.knownRevision || state.expected.size > 0;
}

function drain(given: EntryState): EntryStep {
  let state = given;
  const events: EntryEvent[] = [];
  for (let push = nextChange(state); push !== undefined; push = nextChange(state)) {
    events.push(eventOf(state, push));
    state = { ...apply(state, push), revision: push.revision };
  }
  const early = state.early.filter((push) => push.revision > state.revision);
  return { state: { ...state, early }, events };
}

/** The frames of the next change as one, if all have arrived. */
function nextChange(state: EntryState): EntriesPush | undefined {
  const parts = state.early.filter((push) => push.revision === state.revision + 1);
  const [first] = parts;
  const entries = Object.fromEntries(parts.flatMap((push) => Object.entries(push.entries)));
  const isWhole = first !== undefined && Object.keys(entries).length >= (first.total ?? 0);
  return isWhole ? { ...first, entries } : undefined;
}

function applyAgain(state: EntryState, push: EntriesPush): EntryStep {
  const after = apply(state, push);
  return { state: after, events: difference(state.entries, after.entries) };
}

function apply(state: EntryState, push: EntriesPush): EntryState {
  const entries = new Map(state.entries);
  const expected = new Map(state.expected);
  for (const [key, given] of Object.entries(push.entries)) {
    const value = push.operation === 'set' ? given : undefined;
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
    if (expected.has(key) && expected.get(key) === value) expected.delete(key);
  }
  return { ...state, entries, expected: expected.size === state.expected.size ? state.expected : expected };
}

function eventOf(state: EntryState, push: EntriesPush): EntryEvent {
  const { operation } = push;
  const reported = (key: string, value: string) => (operation === 'set' ? value : (state.entries.get(key) ?? ''));
  const entries = Object.entries(push.entries).map(([key, value]) => [key, reported(key, value)] as const);
  return { operation, entries: new Map(entries) };
}

function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): EntryEvent[] {
  const removed = [...before].filter(([key]) => !after.has(key));
  const set = [...after].filter(([key, value]) => before.get(key) !== value);
  return [
    { operation: 'remove' as const, entries: new Map(removed) },
    { operation: 'set' as const, entries: new Map(set) },
  ].filter(({ entries }) => entries.size > 0);
}
