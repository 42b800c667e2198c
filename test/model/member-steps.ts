import { nameOf, one, type StepOf } from './act.ts';
import type { Fact } from './process.ts';
import { at, emptyRow, type Reason, type Row, replaced, type World } from './world.ts';

export const readRow = (user: number): StepOf<Row> => ({
  text: `reads ${nameOf(user)}'s row`,
  run: (world) => one(world, at(world.rows, user)),
});

const withRow = (world: World, row: Row): World => ({ ...world, rows: replaced(world.rows, row.user, row) });

/** The row still has the revision that was read; 0 = there was no row. */
const isAsRead = (now: Row, read: Row): boolean => now.revision === read.revision;

export interface Put {
  /** What the caller means by it. */
  readonly text: string;
  /** The row as read. */
  readonly read: Row;
  /** Whether the write depends on that. */
  readonly guarded: boolean;
  /** The next revision of an existing row, and the first of a new one: random, unless that guard is removed. */
  readonly random: boolean;
  /** Reported to the table's stream. */
  readonly event?: Reason | 'joined' | undefined;
  /** A resume by this connection: the check after it may still end the membership. */
  readonly resumes?: number;
}

/** Writes a member's row; the result is the row as stored, or null for a conflict. */
export const putRow = (next: Row, { text, read, guarded, random, event, resumes }: Put): StepOf<Row | null> => ({
  text,
  run: (world, free) => {
    const now = at(world.rows, next.user);
    if (guarded && !isAsRead(now, read)) return one(world, null);
    const isFresh = next.membership < 0;
    const revision = random ? free(next.user) : now.revision + 1;
    const row: Row = { ...next, revision, membership: isFresh ? world.noted.length : next.membership };
    const numbered = isFresh ? { ...world, noted: [...world.noted, null] } : world;
    const facts: Fact[] = resumes !== undefined ? [{ kind: 'resumed', user: next.user, connection: resumes }] : [];
    if (event === undefined || event === 'joined') return one(withRow(numbered, row), row, facts);
    const membership = read.membership;
    const stream = [...numbered.stream, row];
    return one(withRow({ ...numbered, stream }, row), row, [
      ...facts,
      { kind: 'ended', user: next.user, membership, reason: event },
    ]);
  },
});

/** Deletes the row as read. The stream reports why the membership on it ended: by its mark. */
export const deleteRow = (
  read: Row,
  reason: Reason | undefined,
  { text, guarded, named }: { readonly text: string; readonly guarded: boolean; readonly named: boolean },
): StepOf<boolean> => ({
  text,
  run: (world) => {
    const now = at(world.rows, read.user);
    const isSame = (!guarded || isAsRead(now, read)) && (!named || now.membership === read.membership);
    if (now.revision === 0 || !isSame) return one(world, false);
    const { user, membership, mark } = now;
    const reported = mark === null ? 'left' : 'offline';
    const why = `an end by '${reason}' was reported as '${reported}'`;
    const wrong: Fact[] = reported === reason ? [] : [{ kind: 'broken', rule: 'I-M10', why }];
    const facts: Fact[] = membership === 0 ? [] : [{ kind: 'ended', user, membership, reason: reported }, ...wrong];
    return one(withRow(world, emptyRow(user, 0)), true, facts);
  },
});

export const noteEnd = (membership: number, reason: Reason): StepOf<null> => ({
  text: `notes that the membership ends by '${reason}'`,
  run: (world) => one({ ...world, noted: replaced(world.noted, membership, reason) }, null),
});

export const readEnd = (membership: number): StepOf<Reason | null> => ({
  text: 'reads why the membership ended',
  run: (world) => one(world, world.noted[membership] ?? null),
});
