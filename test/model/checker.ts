/** A move to a state, and the rule that it breaks, if any. */
export interface Transition<S> {
  readonly text: string;
  readonly state: S;
  readonly broken?: Broken | undefined;
}

export interface Broken {
  readonly rule: string;
  readonly why: string;
}

export interface System<S> {
  readonly initial: S;
  /** All moves, always in the same order. */
  readonly moves: (state: S) => readonly Transition<S>[];
  /** Equal for equal states. */
  readonly key: (state: S) => string;
  /** The state as it is kept until its moves are made. */
  readonly kept: (state: S) => S;
}

export interface Counterexample extends Broken {
  /** The moves up to the breach. */
  readonly story: readonly string[];
}

export interface Checked {
  readonly states: number;
  readonly transitions: number;
  /** The longest shortest way to a state. */
  readonly depth: number;
  /** Everything within the bounds was visited. */
  readonly isComplete: boolean;
  readonly found?: Counterexample;
}

interface Limits {
  readonly maxStates: number;
  readonly progress?: (states: number, transitions: number, depth: number) => void;
}

/** How each state was reached first: by which move of which state. */
interface Ways {
  readonly from: number[];
  readonly move: number[];
}

/** Visits all states, nearest first, so that what it finds is as short as can be. Stops at the first breach. */
export function check<S>(system: System<S>, { maxStates, progress }: Limits): Checked {
  const seen = new Set([system.key(system.initial)]);
  const ways: Ways = { from: [-1], move: [-1] };
  let level: [S, number][] = [[system.kept(system.initial), 0]];
  let [transitions, depth] = [0, 0];
  const done = (isComplete: boolean) => ({ states: seen.size, transitions, depth, isComplete });
  while (level.length > 0) {
    const next: [S, number][] = [];
    for (const [state, index] of level) {
      for (const [which, { state: to, broken }] of system.moves(state).entries()) {
        transitions += 1;
        if (broken !== undefined)
          return { ...done(false), found: { ...broken, story: storyOf(system, ways, index, which) } };
        const key = system.key(to);
        if (seen.has(key)) continue;
        seen.add(key);
        ways.from.push(index);
        ways.move.push(which);
        next.push([system.kept(to), ways.from.length - 1]);
      }
      if (seen.size > maxStates) return done(false);
    }
    progress?.(seen.size, transitions, depth);
    level = next;
    if (next.length > 0) depth += 1;
  }
  return done(true);
}

/** Plays the moves again, from the start. */
function storyOf<S>(system: System<S>, ways: Ways, last: number, move: number): readonly string[] {
  const moves = [move];
  for (let index = last; (ways.from[index] ?? -1) >= 0; index = ways.from[index] ?? -1)
    moves.unshift(ways.move[index] ?? 0);
  let state = system.initial;
  return moves.map((which) => {
    const made = system.moves(state)[which];
    if (made === undefined) throw new Error('unable to tell the story; the moves of a state differ between two calls');
    state = made.state;
    return made.text;
  });
}
