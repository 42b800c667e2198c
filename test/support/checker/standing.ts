import type { Moment } from './calls.ts';
import { type Facts, maybeEvictedBy, surelyEvictedBy } from './facts.ts';
import { type Life, seqAt, type Version, versionAt } from './timeline.ts';

/** What a reader had to find who read the rows at any time between two moments. */
export interface Standing {
  readonly is: 'member' | 'none' | 'open';
  /** Why it is none: the invariant that a reader breaks who finds a member. */
  readonly invariant: string;
  readonly events: readonly number[];
}

const open: Standing = { is: 'open', invariant: '', events: [] };

/** The room's life from the first moment to the last; `undefined` where it had none, `open` where that has changed. */
export function lifeDuring(facts: Facts, room: string, from: Moment, toIndex: number): Life | undefined | 'open' {
  let current: Life | undefined;
  for (const life of facts.timeline.livesOf(room)) {
    const created = life.created?.index ?? -1;
    const destroyed = life.destroyed?.index ?? Infinity;
    if (created > toIndex) continue;
    if (created > from.index) return 'open';
    if (destroyed < from.index) {
      if (life.destroyed !== undefined && !isBefore(life.destroyed.known, from)) return 'open';
      continue;
    }
    if (destroyed <= toIndex) return 'open';
    current = life;
  }
  return current;
}

const isBefore = (moment: Moment, from: Moment) => moment.index < from.index && moment.atMs <= from.atMs;

/** Whether a user was a member of the room all the time between, was none all the time, or neither is certain. */
export function standingDuring(facts: Facts, room: string, user: string, from: Moment, toIndex: number): Standing {
  const life = lifeDuring(facts, room, from, toIndex);
  if (life === 'open') return open;
  if (life === undefined) {
    const last = facts.timeline.livesOf(room).findLast(({ destroyed }) => destroyed !== undefined);
    const destroyed = last?.destroyed?.index;
    if (destroyed === undefined || destroyed > from.index) return { is: 'none', invariant: 'I-M17', events: [] };
    return { is: 'none', invariant: 'I-R1', events: [destroyed] };
  }
  const rows = life.rows.get(user);
  if (rows === undefined) return { is: 'none', invariant: 'I-M17', events: [] };
  return standingOf(facts, life, user, rows, from, toIndex);
}

function standingOf(
  facts: Facts,
  life: Life,
  user: string,
  rows: readonly Version[],
  from: Moment,
  toIndex: number,
): Standing {
  const { version, position } = versionAt(rows, from.index);
  if (version !== undefined && !isBefore(version.known, from)) return open;
  const first = versionStanding(facts, life, user, version, from, toIndex);
  for (let next = position + 1; ; next += 1) {
    const later = rows[next];
    if (later === undefined || later.index > toIndex) return first;
    if (versionStanding(facts, life, user, later, from, toIndex).is !== first.is) return open;
  }
}

function versionStanding(
  facts: Facts,
  life: Life,
  user: string,
  version: Version | undefined,
  from: Moment,
  toIndex: number,
): Standing {
  if (version?.current === undefined || version.event.kind === 'memberDeleted') {
    return { is: 'none', invariant: 'I-M17', events: version === undefined ? [] : [version.index] };
  }
  const mark = version.event.offline;
  const member: Standing = { is: 'member', invariant: 'I-M17', events: [version.index] };
  if (mark === undefined) return member;
  const evicting = surelyEvictedBy(facts, life, user, mark, from);
  if (evicting !== undefined) {
    const isByCount = seqAt(life, from.index) - mark.seq >= facts.options.messageLimit;
    return { is: 'none', invariant: isByCount ? 'I-M4' : 'I-M5', events: [version.index, evicting.index] };
  }
  return maybeEvictedBy(facts, life, user, mark, toIndex + 1) === undefined ? member : open;
}
