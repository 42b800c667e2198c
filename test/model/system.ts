import type { Broken, System, Transition } from './checker.ts';
import type { Guards } from './guards.ts';
import { atRest, forgiveCrash, observe } from './invariants.ts';
import { Keys } from './keys.ts';
import { type Call, type Fact, type Node, type Outcome, Processes } from './process.ts';
import { at, userOf, type World } from './world.ts';

/** What may begin: an act, or something that happens at once. */
export type Begin = { readonly call: Call; readonly world?: World } | { readonly text: string; readonly world: World };

/** One line of a scene's menu: may happen so many times. */
export interface Item {
  readonly times: number;
  /** The ways in which it may begin here. */
  readonly begins: (world: World, running: readonly Call[], on: Guards) => readonly Begin[];
}

export interface Scene {
  readonly name: string;
  /** Few enough states for each run of the tests. */
  readonly isSmall: boolean;
  readonly world: World;
  readonly items: readonly Item[];
  /** How many of them may happen in all. */
  readonly total: number;
  /** How many acts may run at once. */
  readonly atOnce: number;
}

export interface State {
  readonly world: World;
  readonly nodes: readonly Node[];
  readonly left: readonly number[];
}

/** The system of one scene, with these guards. */
export function systemOf(scene: Scene, on: Guards): System<State> {
  // The former room matters only where a read may be stale.
  const staleRoom = on('the room of a mark is read consistently') ? null : scene.world.room;
  const keys = new Keys();
  const processes = new Processes((result) => keys.ofResult(result));
  return {
    initial: {
      world: { ...scene.world, staleRoom },
      nodes: [],
      left: [...scene.items.map(({ times }) => times), scene.total],
    },
    moves: (state) => [...steps(processes, state), ...begins(processes, scene, on, state), ...deaths(state)],
    key: (state) => keys.of(state),
    kept: (state) => keys.kept(state),
  };
}

/** Each act that runs takes its next step. */
function steps(processes: Processes, state: State): Transition<State>[] {
  return state.nodes.flatMap((node, index) => {
    const others = state.nodes.filter((_, other) => other !== index);
    return take(processes, state.world, node, others, '').map(({ text, node: next, made }) =>
      transition(
        state.world,
        { ...state, nodes: next.step === undefined ? others : sorted([...others, next]) },
        made,
        text,
      ),
    );
  });
}

interface Taken {
  readonly text: string;
  readonly node: Node;
  readonly made: Outcome;
}

/** One step and the instant ones after it. */
function take(processes: Processes, world: World, node: Node, others: readonly Node[], before: string): Taken[] {
  const { step } = node;
  if (step === undefined) return [{ text: before, node, made: { world, result: null } }];
  const free = (user: number) => freeRevision(world, [...others, node], user);
  return step.run(world, free).flatMap((made): Taken[] => {
    const next = processes.after(node, made.result);
    const text = `${before === '' ? `${node.call.who} ` : `${before}, `}${step.text}${made.result === false || (made.result === null && step.text.startsWith('writes')) ? ': refused' : ''}`;
    if (next.step?.instant !== true) return [{ text, node: next, made }];
    return take(processes, made.world, next, others, text).map((later) => ({
      ...later,
      made: { ...later.made, facts: [...(made.facts ?? []), ...(later.made.facts ?? [])] },
    }));
  });
}

/** The lowest revision that no act has read and no row has. */
function freeRevision(world: World, nodes: readonly Node[], user: number): number {
  let used = 1 | (1 << at(world.rows, user).revision);
  for (const row of world.stream) if (row.user === user) used |= 1 << row.revision;
  for (const node of nodes) used |= node.revisions[user] ?? 0;
  for (let revision = 1; ; revision += 1) if ((used & (1 << revision)) === 0) return revision;
}

function transition(
  before: World,
  state: State,
  { world, facts = [] }: { world: World; facts?: readonly Fact[] | undefined },
  text: string,
): Transition<State> {
  const isQuiet = before === world && facts.length === 0;
  const seen = isQuiet ? { world } : observe({ before, after: world, noticed: facts });
  const broken: Broken | undefined =
    ('broken' in seen ? seen.broken : undefined) ?? (state.nodes.length === 0 ? atRest(seen.world) : undefined);
  return { text, state: { ...state, world: seen.world }, broken };
}

function begins(processes: Processes, scene: Scene, on: Guards, state: State): Transition<State>[] {
  const total = at(state.left, scene.items.length);
  if (total === 0) return [];
  const running = state.nodes.map(({ call }) => call);
  return scene.items.flatMap((item, index) => {
    if (at(state.left, index) === 0) return [];
    const left = state.left.map((count, other) =>
      other === index || other === scene.items.length ? count - 1 : count,
    );
    return item.begins(state.world, running, on).flatMap((begin) => {
      if ('text' in begin) return [transition(state.world, { ...state, left }, { world: begin.world }, begin.text)];
      return state.nodes.length < scene.atOnce ? started(processes, state, left, begin) : [];
    });
  });
}

function started(
  processes: Processes,
  state: State,
  left: readonly number[],
  begin: { call: Call; world?: World },
): Transition<State>[] {
  const first = processes.start(begin.call);
  return take(processes, begin.world ?? state.world, first, state.nodes, '').map(({ text, node, made }) => {
    const nodes = node.step === undefined ? state.nodes : sorted([...state.nodes, node]);
    return transition(state.world, { ...state, left, nodes }, made, text);
  });
}

/** A Lambda may die between any two steps. */
function deaths(state: State): Transition<State>[] {
  return state.nodes.flatMap(({ call, hasWritten }, index) => {
    if (!hasWritten) return [];
    const nodes = state.nodes.filter((_, other) => other !== index);
    const { connection } = call.args as { connection?: number | null };
    const before: World = { ...state.world, hasDied: true };
    const world = typeof connection === 'number' ? forgiveCrash(before, userOf(connection)) : before;
    return [transition(state.world, { ...state, nodes }, { world }, `${call.who}: the Lambda dies`)];
  });
}

const sorted = (nodes: readonly Node[]): readonly Node[] => nodes.toSorted((one, other) => one.id - other.id);
