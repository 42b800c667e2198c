import type { Sender } from '../protocol/message.ts';
import type { Deps } from '../usecases/deps.ts';
import { type Fields, type ParametersOf, readFields } from './fields.ts';
import type { Form } from './form.ts';
import type { Properties } from './schema.ts';
import type { SecretsInForce } from './secrets.ts';

/** What the server API works with. */
export interface ServerApiDeps {
  readonly deps: Deps;
  readonly appKey: string;
  readonly secrets: SecretsInForce;
  readonly issueToken: (userId: string, sender: Sender | undefined) => Promise<string>;
}

/** What an answer holds besides its code. */
export type AnswerFields = Readonly<Record<string, unknown>>;

/** RongCloud's limit of most calls. */
export const CALLS_PER_SEC = 100;

/** One call of the API as data: enough to serve it, and to write its documentation. */
export interface Endpoint {
  readonly path: string;
  readonly about: string;
  readonly body: 'form' | 'json';
  /** How often it may be called in a second; a limit below CALLS_PER_SEC holds whatever the settings say. */
  readonly callsPerSec: number;
  readonly fields: Fields;
  /** What the answer holds besides `code`. */
  readonly answer: Properties;
  /** What it holds only sometimes. */
  readonly sometimes: Properties;
  readonly run: (d: ServerApiDeps, form: Form) => Promise<AnswerFields>;
}

/** An endpoint with the types of its parameters still known. */
export interface EndpointDefinition<F extends Fields> {
  readonly path: string;
  readonly about: string;
  readonly body?: 'json';
  readonly callsPerSec?: number;
  readonly fields: F;
  readonly answer?: Properties;
  readonly sometimes?: Properties;
  readonly run: (d: ServerApiDeps, parameters: ParametersOf<F>) => Promise<AnswerFields>;
}

/**
 * Binds a call's parameters to the function that takes them. Without more: a form, 100 calls a second, a bare answer.
 */
export function endpoint<F extends Fields>(definition: EndpointDefinition<F>): Endpoint {
  const { run, ...told } = definition;
  return {
    body: 'form',
    callsPerSec: CALLS_PER_SEC,
    answer: {},
    sometimes: {},
    ...told,
    run: async (d, form) => run(d, readFields(definition.fields, form)),
  };
}
