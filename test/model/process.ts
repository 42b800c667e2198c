import type { Row, World } from './world.ts';

/** What the world notices of a step, for the invariants. */
export type Fact =
  | {
      readonly kind: 'ended';
      readonly user: number;
      readonly membership: number;
      readonly reason: 'left' | 'offline' | 'blocked';
    }
  | { readonly kind: 'resumed'; readonly user: number; readonly connection: number }
  | { readonly kind: 'broken'; readonly rule: string; readonly why: string };

export interface Outcome {
  readonly world: World;
  /** What the act gets: a plain value. */
  readonly result: unknown;
  readonly facts?: readonly Fact[];
}

/** One atomic step of an act on storage. `free` gives a revision that nobody has read or written. */
export interface Step {
  readonly text: string;
  /** Happens along with the step before it: an answer, or a decision by chance. */
  readonly instant?: true;
  readonly run: (world: World, free: (user: number) => number) => readonly Outcome[];
}

/** An act's steps. It returns the act that goes on in its place, which forgets what this one has read. */
export type Steps = Generator<Step, Call | undefined, never>;

/** An act with its arguments. */
export interface Call {
  readonly name: string;
  readonly args: object;
  /** The start of each sentence about it. */
  readonly who: string;
  /** Where it begins, whatever it has written is complete: a death here is one of the state without it. */
  readonly isBlank: boolean;
  readonly begin: () => Steps;
}

/** Where an act has come to: all of it follows from the act and the results so far. */
export interface Node {
  readonly id: number;
  readonly call: Call;
  /** undefined = it is done. */
  readonly step: Step | undefined;
  /** It may have written something: only then does it matter whether it dies. */
  readonly hasWritten: boolean;
  /** By user, the revisions that it has read, as bits. */
  readonly revisions: readonly number[];
  readonly results: readonly unknown[];
  readonly children: Map<string, Node>;
}

/** Steps that change no row. */
const CHANGES_NOTHING = /^(reads|begins|compares|answers|asks)/;

/** All the points that acts have come to; each is computed once. */
export class Processes {
  readonly #keyOf: (result: unknown) => string;

  constructor(keyOf: (result: unknown) => string) {
    this.#keyOf = keyOf;
  }

  readonly #starts = new Map<string, Node>();
  #made = 0;

  start(call: Call): Node {
    const key = `${call.name} ${this.#keyOf(call.args)}`;
    const known = this.#starts.get(key);
    if (known !== undefined) return known;
    const node = this.#make(call, []);
    this.#starts.set(key, node);
    return node;
  }

  /** The point after a step that had this result. */
  after(node: Node, result: unknown): Node {
    const key = this.#keyOf(result);
    const known = node.children.get(key);
    if (known !== undefined) return known;
    const next = this.#make(node.call, [...node.results, result]);
    node.children.set(key, next);
    return next;
  }

  #make(call: Call, results: readonly unknown[]): Node {
    const steps = call.begin();
    let hasWritten = !call.isBlank;
    let { done, value } = steps.next();
    for (const result of results) {
      hasWritten ||= !CHANGES_NOTHING.test((value as Step).text);
      ({ done, value } = steps.next(result as never));
    }
    if (done && value !== undefined) return this.start(value as Call);
    const step = done ? undefined : (value as Step);
    const revisions = [0, 0];
    if (step !== undefined) for (const read of [call.args, ...results]) collectRevisions(read, revisions);
    this.#made += 1;
    return { id: this.#made, call, step, hasWritten, revisions, results, children: new Map() };
  }
}

/** Notes the revisions of all rows in a value. */
function collectRevisions(value: unknown, revisions: number[]): void {
  if (typeof value !== 'object' || value === null) return;
  const { user, revision } = value as Partial<Row>;
  if (user !== undefined && revision !== undefined) revisions[user] = (revisions[user] ?? 0) | (1 << revision);
  for (const part of Object.values(value)) collectRevisions(part, revisions);
}
