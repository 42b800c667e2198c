import { readFileSync } from 'node:fs';

/** What an event does in a state, all by their names in docs/client-states.md. */
export interface Transition {
  readonly from: string;
  readonly event: string;
  readonly to: string;
  readonly effects: string;
}

/** What a reducer makes of an event in a state, by names; undefined = it cannot happen there. */
type Step<State, Event> = (
  state: State,
  event: Event,
  name: string,
) => { readonly to: string; readonly effects: readonly string[] } | undefined;

/** Every transition that changes something or does something. */
export const transitionsOf = <State, Event>(
  states: ReadonlyMap<string, State>,
  events: ReadonlyMap<string, Event>,
  step: Step<State, Event>,
): readonly Transition[] =>
  [...states].flatMap(([from, state]) =>
    [...events].flatMap(([event, happening]) => {
      const done = step(state, happening, event);
      if (done === undefined || (done.to === from && done.effects.length === 0)) return [];
      return [{ from, event, to: done.to, effects: done.effects.join('; ') }];
    }),
  );

export function tableOf(transitions: readonly Transition[]): string {
  const rows = transitions.map(({ from, event, to, effects }) => `| ${from} | ${event} | ${to} | ${effects} |`);
  return ['| state | what happens | next state | what is done |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** A picture with the states of the union only: `short` gives the name of one. */
export function pictureOf(
  transitions: readonly Transition[],
  first: string,
  short: (name: string) => string | undefined,
): string {
  const arrows = new Map<string, Set<string>>();
  for (const { from, event, to } of transitions) {
    const [before = from, after = to] = [short(from), short(to)];
    const arrow = `${before} --> ${after}`;
    if (before !== after) arrows.set(arrow, new Set([...(arrows.get(arrow) ?? []), event]));
  }
  const lines = [...arrows].map(([arrow, why]) => `    ${arrow}: ${[...why].join(' / ')}`);
  return ['```mermaid', 'stateDiagram-v2', `    [*] --> ${first}`, ...lines, '```'].join('\n');
}

const docs = readFileSync(new URL('../../docs/client-states.md', import.meta.url), 'utf8');

/** A section of docs/client-states.md. */
export const sectionOf = (name: string): string | undefined =>
  docs.split(`<!-- ${name}:begin -->\n`)[1]?.split(`\n<!-- ${name}:end -->`)[0];
