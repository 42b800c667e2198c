import { expect } from 'vitest';
import type { Form } from '../e2e/server-api-client.ts';

/**
 * In a form `$room`, `$user` and `$type` stand for names that no other case uses, `$room-2` for a second one, `$64` for
 * such a name of 64 characters. `$watcher` is a connected user, a member of the room `$lobby`. In the calls around the
 * case `@name` stands for the value of that parameter in the case.
 */
export type Values = string | readonly string[];

/** A value at or beyond a limit and the code of the answer. */
export interface Edge {
  readonly what: string;
  readonly values: Values;
  readonly code: number;
}

/** A parameter of an endpoint. */
export interface Parameter {
  readonly required: boolean;
  readonly edges: readonly Edge[];
  /** The parameters that it needs beside it. */
  readonly beside?: Form;
}

/** A call before or after the one under test. */
export interface SideCall {
  readonly path: string;
  readonly form: Form;
  /** The value at this path of its answer stands for that name from then on. */
  readonly keep?: { readonly name: string; readonly at: readonly (string | number)[] };
}

/**
 * What shows whether a call has written: queries, or what the watcher hears, reads as history, or whether a message to
 * the room reaches them.
 */
export type Witness = readonly SideCall[] | 'heard' | 'history' | 'flow';

/** A case that does not follow from the parameters. */
export interface SpecialCase {
  readonly what: string;
  readonly column: 'limit' | 'error';
  /** Rooms that must exist besides the one in the form. */
  readonly rooms?: readonly string[];
  readonly before?: readonly SideCall[];
  readonly form: Form;
  readonly code: number;
  readonly undo?: readonly SideCall[];
}

/** The public contract of one path. */
export interface Endpoint {
  readonly path: string;
  /** A minimal valid form. */
  readonly form: Form;
  /** Its body is the form as a JSON object. */
  readonly json?: boolean;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** The parameter that names a room which must exist. */
  readonly room?: string;
  /** Code for a room that does not exist; 1002 unless said. */
  readonly unknownRoom?: number;
  /** The watcher is a member of the room. */
  readonly member?: boolean;
  readonly before?: readonly SideCall[];
  /** Undoes lasting changes for the whole app. */
  readonly undo?: readonly SideCall[];
  /** Fields of the answer besides the code; `...` at the end of a list means that there may be others. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** None for a query. */
  readonly witness?: Witness;
  readonly special?: readonly SpecialCase[];
  /** Served at most once a second. */
  readonly oncePerSecond?: boolean;
}

export const at = (what: string, values: Values): Edge => ({ what, values, code: 200 });
export const beyond = (what: string, values: Values, code: number): Edge => ({ what, values, code });
export const required = (...edges: readonly (Edge | readonly Edge[])[]): Parameter => ({
  required: true,
  edges: edges.flat(),
});
/** An empty optional parameter counts as not given, so it is no edge. */
export const optional = (...edges: readonly (Edge | readonly Edge[])[]): Parameter => ({
  required: false,
  edges: edges.flat().filter(({ values }) => values !== ''),
});

/** `$user-1` to `$user-<count>`. */
export const many = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);

export const id: readonly Edge[] = [
  at('64 characters', '$64'),
  at('all signs', '$user_+=-'),
  beyond('65 characters', '$65', 1005),
  beyond('a blank', 'a b', 1002),
  beyond('a letter beyond ASCII', 'é', 1002),
  beyond('nothing', '', 1002),
];

/** A maximum of users in a call. */
export const users = (most: number): readonly Edge[] => [
  at(`${most} users`, many('$user', most)),
  beyond(`${most + 1} users`, many('$user', most + 1), 1002),
  ...id,
];

/** A whole number of a range. */
export const whole = (least: number, most: number): readonly Edge[] => [
  at(`${least}`, `${least}`),
  at(`${most}`, `${most}`),
  beyond(`${least - 1}`, `${least - 1}`, 1002),
  beyond(`${most + 1}`, `${most + 1}`, 1002),
  beyond('a fraction', `${least}.5`, 1002),
  beyond('a word', 'many', 1002),
  beyond('nothing', '', 1002),
];

export const minutes = whole(1, 43_200);

/** One of a few words. */
export const oneOf = (...words: readonly string[]): readonly Edge[] => [
  ...words.map((word) => at(word, word)),
  beyond('another word', 'perhaps', 1002),
];

export const bit: readonly Edge[] = [...oneOf('0', '1'), beyond('2', '2', 1002)];
export const flag = oneOf('true', 'false');

/** A text of limited length. */
export const text = (most: number): readonly Edge[] => [
  at(`${most} characters`, 'x'.repeat(most)),
  beyond(`${most + 1} characters`, 'x'.repeat(most + 1), 1005),
];

/** Names of message types. */
export const typeNames: readonly Edge[] = [
  at('32 characters', '$32'),
  beyond('33 characters', '$33', 1005),
  beyond('nothing', '', 1002),
];

/** A JSON object with some entries. */
export const entriesText = (count: number): string =>
  JSON.stringify(Object.fromEntries(many('key', count).map((key) => [key, 'value'])));

export const notices = { extra: optional(at('a text', 'why')), needNotify: optional(flag) };

/** A call with these parameters of the case. */
export const same = (path: string, ...names: readonly string[]): SideCall => ({
  path,
  form: Object.fromEntries(names.map((name) => [name, `@${name}`])),
});

/** A time in an answer. */
export const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
