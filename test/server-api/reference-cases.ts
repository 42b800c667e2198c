import type { Form } from '../e2e/server-api-client.ts';
import type { Endpoint, SpecialCase } from './reference-endpoint.ts';

/** The subject of a case; a column of the coverage table. */
export type Column = 'success' | 'unsigned' | 'method' | 'missing' | 'at' | 'beyond' | 'room' | 'limit' | 'error';

/** One call and its expected answer. */
export interface Case {
  readonly endpoint: Endpoint;
  readonly what: string;
  readonly column: Column;
  readonly form: Form;
  /** HTTP status and code of the answer; no code if the contract names none. */
  readonly status: number;
  readonly code?: number;
  readonly special?: SpecialCase;
}

/** HTTP status of a code; RongCloud's pages name those of 1004 and 1008, the others are ours. */
const statusOf = (code: number): number => ({ 200: 200, 1004: 401, 1008: 429 })[code] ?? 400;

const without = (form: Form, name: string): Form =>
  Object.fromEntries(Object.entries(form).filter(([key]) => key !== name));

/** All cases of an endpoint, refusals first. */
export function casesOf(endpoint: Endpoint): readonly Case[] {
  const cases = allOf(endpoint);
  return [...cases.filter(({ status }) => status !== 200), ...cases.filter(({ status }) => status === 200)];
}

function allOf(endpoint: Endpoint): readonly Case[] {
  const { form } = endpoint;
  const made = (column: Column, what: string, change: Partial<Case> & { readonly code: number }): Case => ({
    ...{ endpoint, what, column, form, status: statusOf(change.code) },
    ...change,
  });
  const { room, unknownRoom = 1002 } = endpoint;
  return [
    made('success', 'a valid call', { code: 200 }),
    made('unsigned', 'a wrong signature', { code: 1004 }),
    { endpoint, what: 'another method', column: 'method', form, status: 405 },
    ...Object.entries(endpoint.parameters).flatMap(([name, { required, edges, beside }]) => [
      ...(required ? [made('missing', `no ${name}`, { form: without(form, name), code: 1002 })] : []),
      ...edges.map(({ what, values, code }) =>
        made(code === 200 ? 'at' : 'beyond', `${name}: ${what}`, {
          form: { ...form, ...beside, [name]: values },
          code,
        }),
      ),
    ]),
    ...(room === undefined ? [] : [made('room', 'a room that does not exist', { code: unknownRoom })]),
    ...(endpoint.special ?? []).map((special) => made(special.column, special.what, { ...pick(special), special })),
  ];
}

const pick = ({ form, code }: SpecialCase) => ({ form, code });
