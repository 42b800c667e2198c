import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { QueueMessage } from '../../lib/local/queues/message.ts';
import { type LocalStack, runTemplate } from '../../lib/local/run-template.ts';
import {
  type HeardRecord,
  type Hearing,
  type Judge,
  startJudge,
  type Verdict,
  well,
  writeEventStack,
} from './event-stack.ts';
import type { SmallStack } from './small-stack.ts';

export type Engine = 'dynoxide' | 'dynalite';

const ids = { count: 0 };

/** Runs the stack of a cloud assembly on a clock that stands still. */
export const runEventStack = (cloudAssembly: string, engine: Engine): Promise<LocalStack> =>
  runTemplate({
    cloudAssembly,
    engine,
    port: 0,
    now: () => 1_700_000_000_000,
    schedules: 'manual',
    randomId: () => `id-${ids.count++}`,
    log: () => {},
    step: () => {},
  });

/** The verdict that an event fails. */
export const failure: Verdict = { error: 'not this one' };

export const keyOf = ({ dynamodb }: HeardRecord): string => `${dynamodb.Keys.pk.S}/${dynamodb.Keys.sk.S}`;
export const bodyOf = ({ body }: HeardRecord): string => body;

/** A row of the Ledger; its key is written pk/sk. */
export const itemOf = (key: string, more: object = {}) => {
  const [pk = '', sk = ''] = key.split('/');
  return { pk: { S: pk }, sk: { S: sk }, ...more };
};

/** The running stack, its judge, and what the tests do with them. */
export interface EventStack {
  stack(): LocalStack;
  /** The batches that a function was given. */
  heardBy(functionName: string): HeardRecord[][];
  /** Decides for one function from now on; it is told how many batches that has been given, with this one. */
  decide(functionName: string, verdict: (records: readonly HeardRecord[], hearings: number) => Verdict): void;
  /** Lets every event go well from now on. */
  decideWell(): void;
  /** Has the Writer write. */
  write(operation: string, input: object): Promise<void>;
  put(key: string, more?: object): Promise<void>;
  putAll(...keys: string[]): Promise<void>;
  /** Sends an order and tells its id. */
  order(body: string, groupId: string): string;
  queued(id: string): QueueMessage[];
}

/** One stack per describe: quiet before each of its tests. */
export function useEventStack(engine: Engine): EventStack {
  const running: { stack?: LocalStack; judge?: Judge; assembly?: SmallStack } = {};
  beforeAll(async () => {
    running.judge = await startJudge();
    running.assembly = writeEventStack(running.judge.url);
    running.stack = await runEventStack(running.assembly.folder, engine);
  });
  afterAll(async () => {
    await running.stack?.close();
    await running.judge?.close();
    running.assembly?.remove();
  });
  beforeEach(async () => {
    await stack().drain();
    judge().decide = () => well;
    judge().hearings.length = 0;
  });
  const stack = (): LocalStack => {
    if (running.stack === undefined) throw new Error('unable to test; no stack runs');
    return running.stack;
  };
  const judge = (): Judge => {
    if (running.judge === undefined) throw new Error('unable to test; no judge sits');
    return running.judge;
  };
  const heardBy = (functionName: string): HeardRecord[][] =>
    judge()
      .hearings.filter((hearing) => hearing.functionName === functionName)
      .map(({ records }) => [...records]);
  const write = async (operation: string, input: object): Promise<void> => {
    const result = await stack().invoke('Writer', { do: 'dynamodb', operation, input });
    expect(result).toMatchObject({ ok: true, payload: { status: 200 } });
  };
  return {
    stack,
    heardBy,
    write,
    decide: (functionName, verdict) => {
      judge().decide = (hearing: Hearing) =>
        hearing.functionName === functionName ? verdict(hearing.records, heardBy(functionName).length) : well;
    },
    decideWell: () => {
      judge().decide = () => well;
    },
    put: (key, more) => write('PutItem', { TableName: 'Ledger', Item: itemOf(key, more) }),
    putAll: (...keys) => {
      const requests = keys.map((key) => ({ PutRequest: { Item: itemOf(key) } }));
      return write('BatchWriteItem', { RequestItems: { Ledger: requests } });
    },
    order: (body, groupId) => stack().queue('Orders').send({ body, groupId }),
    queued: (id) => stack().queue(id).messages(),
  };
}
