import type { Properties, Schema } from '../../lib/server-api/schema.ts';

/** Where a value breaks the schema, in words; empty if nowhere. Undeclared fields break it too. */
export function breaches(schema: Schema, value: unknown, at = 'answer'): string[] {
  const { type } = schema;
  if (type === 'array') {
    if (!Array.isArray(value)) return [`${at} is not a list`];
    return value.flatMap((item, index) => (schema.items ? breaches(schema.items, item, `${at}[${index}]`) : []));
  }
  if (type === 'object') return objectBreaches(schema, value, at);
  const isType = type === 'integer' ? Number.isInteger(value) : typeof value === type;
  if (!isType) return [`${at} is no ${type}`];
  if (schema.enum !== undefined && !schema.enum.includes(value as string)) return [`${at} is not one of its values`];
  const hasForm = schema.pattern === undefined || new RegExp(schema.pattern).test(value as string);
  return hasForm ? [] : [`${at} has another form`];
}

function objectBreaches(schema: Schema, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`];
  const properties: Properties = schema.properties ?? {};
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name));
  const inside = Object.entries(value).flatMap(([name, inner]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    return known === undefined ? [`${at}.${name} is not declared`] : breaches(known, inner, `${at}.${name}`);
  });
  return [...missing.map((name) => `${at}.${name} is missing`), ...inside];
}
