import type { Endpoint } from '../../lib/server-api/endpoint.ts';
import { endpoints } from '../../lib/server-api/endpoints.ts';
import { readFields } from '../../lib/server-api/fields.ts';
import { RefusedCall } from '../../lib/server-api/refused-call.ts';
import { readPair } from './read-pairs.ts';
import type { ServerCall } from './signed-call.ts';
import { UsageError } from './usage-error.ts';

/** A call with its parameters, each with its values. */
export interface PreparedCall {
  readonly endpoint: Endpoint;
  readonly form: ReadonlyMap<string, readonly string[]>;
}

/** Reads a path and its `name=value`s; refuses what the server would refuse, and names that it would ignore. */
export function readCall(path: string, parameters: readonly string[]): PreparedCall {
  const endpoint = endpoints.find((each) => each.path === path);
  if (endpoint === undefined)
    throw new UsageError(`unable to call ${path}; there is no such path (--paths lists them)`);
  const form = new Map<string, string[]>();
  for (const text of parameters) {
    const [name, value] = readPair('', text);
    if (!takes(endpoint, name)) {
      const names = Object.keys(endpoint.fields).join(', ');
      throw new UsageError(`unable to use ${name}; the parameters of ${path} are ${names || 'none'}`);
    }
    form.set(name, [...(form.get(name) ?? []), value]);
  }
  checkForm(endpoint, form);
  return { endpoint, form };
}

const takes = ({ fields }: Endpoint, name: string): boolean => {
  const field = fields[name.replace(/\[.*\]$/, '')];
  return field !== undefined && field.keyed === name.endsWith(']');
};

function checkForm({ path, fields }: Endpoint, form: PreparedCall['form']): void {
  try {
    readFields(fields, form);
  } catch (error) {
    if (!(error instanceof RefusedCall)) throw error;
    throw new UsageError(error.message.replace('accept the call', `call ${path}`));
  }
}

/** The call as it is sent: a form, or for the few paths that take it a JSON object. */
export function bodyOf({ endpoint: { path, body }, form }: PreparedCall): ServerCall {
  if (body === 'form') {
    const pairs = [...form].flatMap(([name, values]) => values.map((value) => [name, value]));
    return { path, contentType: 'application/x-www-form-urlencoded', body: new URLSearchParams(pairs).toString() };
  }
  const json = Object.fromEntries([...form].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
  return { path, contentType: 'application/json', body: JSON.stringify(json) };
}
