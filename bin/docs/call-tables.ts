import type { Endpoint } from '../../lib/server-api/endpoint.ts';
import { endpoints, families } from '../../lib/server-api/endpoints.ts';
import type { Field } from '../../lib/server-api/fields.ts';
import type { Properties, Schema } from '../../lib/server-api/schema.ts';
import { markdownTable } from './markdown-table.ts';

/** Every call with its parameters and its answer. */
export const callTables = (): string =>
  [`${endpoints.length} calls.`, ...Object.entries(families).flatMap(([name, calls]) => family(name, calls))].join(
    '\n\n',
  );

const family = (name: string, calls: readonly Endpoint[]): string[] => [`### ${name}`, ...calls.map(callText)];

function callText({ path, about, body, callsPerSec, fields, answer, sometimes }: Endpoint): string {
  const parameters = Object.entries(fields).map(([name, field]) => parameterRow(name, field));
  const answered = rowsOf({ ...answer, ...sometimes }, '');
  const parts = [
    `#### \`${path}\``,
    `${about}${body === 'json' ? ' The body is a JSON object.' : ''} At most ${callsPerSec} calls a second.`,
    parameters.length === 0 ? 'No parameters.' : markdownTable(['parameter', '', 'value', 'meaning'], parameters),
    answered.length === 0 ? 'Answer: `code` alone.' : markdownTable(['answer', 'type', 'meaning'], answered),
  ];
  return parts.join('\n\n');
}

function parameterRow(name: string, field: Field<unknown>): string[] {
  const given = [
    field.required ? 'required' : 'optional',
    ...(field.maxValues > 1 ? [`up to ${field.maxValues} times`] : []),
    ...(field.default === undefined || field.default === '' ? [] : [`default \`${field.default}\``]),
  ];
  return [`\`${field.keyed ? `${name}[id]` : name}\``, given.join(', '), field.rule, field.about];
}

/** One row for each value of an answer; those inside of others by their path. */
function rowsOf(properties: Properties, parent: string): string[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = parent + name;
    return [[`\`${path}\``, typeOf(schema), meaningOf(schema)], ...innerRows(schema, path)];
  });
}

function innerRows(schema: Schema, path: string): string[][] {
  const inside = schema.type === 'array' ? schema.items?.properties : schema.properties;
  return inside === undefined ? [] : rowsOf(inside, `${path}${schema.type === 'array' ? '[]' : ''}.`);
}

const typeOf = ({ type, items, additionalProperties }: Schema): string => {
  if (items !== undefined) return `list of ${typeOf(items)}`;
  return additionalProperties === undefined ? type : `object of ${typeOf(additionalProperties)}`;
};

const meaningOf = ({ description = '', enum: values }: Schema): string =>
  values === undefined ? description : `${values.map((value) => JSON.stringify(value)).join(' or ')}: ${description}`;
