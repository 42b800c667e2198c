/*
 * Models the document client of one in-memory table.
 * Clock: none. Chance: none; the `schedule` that it gets decides when a call is applied, whether it is, and what becomes
 * of its answer.
 */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TableClient } from '../../../lib/store/dynamodb/table-client.ts';
import { NotModelled } from './errors.ts';
import { type CallName, type Command, callNameOf, type MemoryTable } from './memory-table.ts';

/** A call under way. */
export interface Call {
  readonly name: CallName;
  /** What the caller has given; the call itself has a copy of it. */
  readonly input: unknown;
  /** Applies the call to the table and gives its answer, or throws its error; each time that it is run. */
  readonly apply: () => unknown;
}

/** Settles as the call ends for its caller. */
export type Schedule = (call: Call) => Promise<unknown>;

type Handler = (args: { readonly input: object }) => Promise<{ readonly output: unknown }>;
type Middleware = (next: Handler, context: { readonly commandName: string }) => Handler;

const atOnce: Schedule = async ({ apply }) => apply();

/** A client for `createDynamoStore`. */
export const createMemoryTableClient = (table: MemoryTable, schedule: Schedule = atOnce): TableClient => ({
  call: async (name, input) => (await schedule({ name, input, apply: table.prepare(name, input) })) as never,
});

/** The SDK's client of the table: it has `send` of commands, and middleware of the first step. */
export function createMemoryClient(table: MemoryTable, schedule: Schedule = atOnce): DynamoDBDocumentClient {
  const middlewares: Middleware[] = [];
  const middlewareStack = {
    add(middleware: Middleware, { step = 'initialize' }: { readonly step?: string } = {}): void {
      if (step !== 'initialize') throw new NotModelled(`middleware of the step ${step}`);
      middlewares.unshift(middleware);
    },
  };
  const deliver = async (name: CallName, input: object): Promise<unknown> =>
    schedule({ name, input, apply: table.prepare(name, input) });
  const send = async (command: Command, ...more: readonly unknown[]): Promise<unknown> => {
    if (more.length > 0) throw new NotModelled('options or a callback of send');
    const name = callNameOf(command);
    if (middlewares.length === 0) return deliver(name, command.input);
    const last: Handler = async ({ input }) => ({ output: await deliver(name, input) });
    const context = { commandName: commandNameOf(name) };
    const first = middlewares.reduce((next, middleware) => middleware(next, context), last);
    return (await first({ input: { ...command.input } })).output;
  };
  return { send, middlewareStack } as unknown as DynamoDBDocumentClient;
}

/** The document client's commands send these. */
const commandNameOf = (name: CallName): string => (name === 'Query' ? 'QueryCommand' : `${name}ItemCommand`);
