import type { Guards } from './guards.ts';
import type { Call, Outcome, Step, Steps } from './process.ts';
import { at, DEVICES, deviceOf, USERS, userOf, type World } from './world.ts';

/** A step whose result has this type. */
export interface StepOf<T> extends Step {
  readonly result?: T;
}

/** Does the step, and gets its result. */
export function* ask<T>(step: StepOf<T>): Generator<Step, T, never> {
  return (yield step) as T;
}

/**
 * Acts that have written nothing that a death could leave half done: what they repeat was refused. A death there leads
 * where the act had never begun, or had died before.
 */
const BLANK = new Set(
  `join|leave|leave row|send|publish|block|block row|unblock|unblock row|allowlist|delist|destroy|expire|query|query row|
  sweep member|sweep connection|settle|open|close|heartbeat`.split(/\|\s*/),
);

/** Names an act. `who` begins each sentence about it. */
export const define =
  <A extends object>(name: string, who: (args: A) => string, steps: (args: A, on: Guards) => Steps) =>
  (args: A, on: Guards): Call => ({
    name,
    args,
    who: who(args),
    isBlank: BLANK.has(name) || (name === 'accept' && 'version' in args && args.version === null),
    begin: () => steps(args, on),
  });

export const one = (world: World, result: unknown, facts: Outcome['facts'] = []): readonly Outcome[] => [
  { world, result, facts },
];

/** A step that only the client or the caller sees: an answer. */
export const answer = (text: string, seen: (world: World) => Outcome): Step => ({
  text,
  instant: true,
  run: (world) => [seen(world)],
});

/** One of two, by chance: the order of two reads at once. */
export const either = (text: string): StepOf<boolean> => ({
  text,
  instant: true,
  run: (world) => [
    { world, result: true },
    { world, result: false },
  ],
});

export const nameOf = (user: number): string => at(USERS, user);
export const nameOfConnection = (connection: number): string =>
  `${nameOf(userOf(connection))}'s ${at(DEVICES, deviceOf(connection))} (connection ${connection})`;
