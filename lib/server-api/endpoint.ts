import type { Deps } from '../usecases/deps.ts';
import { type Fields, type ParametersOf, readFields } from './fields.ts';

/** What the server API works with. */
export interface ServerApiDeps {
  readonly deps: Deps;
  readonly appKey: string;
  /** The app secrets in force. */
  readonly secrets: readonly string[];
  readonly issueToken: (userId: string) => Promise<string>;
}

/** What an answer holds besides its code. */
export type AnswerFields = Readonly<Record<string, unknown>>;

/** One call of the API as data: enough to serve it, and to write its documentation. */
export interface Endpoint {
  readonly path: string;
  readonly about: string;
  readonly fields: Fields;
  /** What the answer holds besides `code`, in words. */
  readonly answer: string;
  readonly run: (d: ServerApiDeps, form: URLSearchParams) => Promise<AnswerFields>;
}

/** Binds a call's parameters to the function that takes them, with their types. */
export function endpoint<F extends Fields>(definition: {
  readonly path: string;
  readonly about: string;
  readonly fields: F;
  readonly answer: string;
  readonly run: (d: ServerApiDeps, parameters: ParametersOf<F>) => Promise<AnswerFields>;
}): Endpoint {
  const { run, ...told } = definition;
  return { ...told, run: async (d, form) => run(d, readFields(definition.fields, form)) };
}
