import { createServer, type ServerResponse } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { InvokeResult } from '../../../lib/local/lambda/invoke.ts';
import { type CrashTime, createLambdaPool, findNode, type LambdaPool } from '../../../lib/local/lambda/lambda-pool.ts';
import type { LocalFunction } from '../../../lib/local/template/local-function.ts';
import { readStack } from '../../../lib/local/template/stack-description.ts';
import { listen } from '../../support/listen.ts';
import { writeSmallStack } from '../small-stack.ts';

const assembly = writeSmallStack();
const broken = writeSmallStack("throw new RangeError('not today');");
const lines: string[] = [];
const pools: LambdaPool[] = [];

interface TestedPool extends Omit<LambdaPool, 'invoke'> {
  invoke(event: unknown): Promise<InvokeResult>;
}

function createPool(
  functionId: string,
  maxEnvironments: number,
  {
    folder = assembly.folder,
    takeCrash = (): CrashTime | undefined => undefined,
    own = {} as Partial<LocalFunction>,
  } = {},
): TestedPool {
  const fn = readStack(folder).functions.find(({ logicalId }) => logicalId === functionId);
  if (fn === undefined) throw new Error(`unable to test ${functionId}; the template has no such function`);
  const pool = createLambdaPool({
    fn: { ...fn, ...own },
    variables: { PATH: process.env.PATH ?? '' },
    nodePath: findNode(),
    maxEnvironments,
    takeCrash,
    log: (line) => lines.push(line),
  });
  pools.push(pool);
  return { ...pool, invoke: (event) => pool.invoke(event, 'request-1') };
}

/** A server whose answers wait until `count` requests have arrived. */
async function startMeeting(count: number): Promise<{ readonly url: string; close(): void }> {
  const present: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    present.push(response);
    if (present.length === count) for (const each of present) each.end();
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});
afterAll(() => {
  assembly.remove();
  broken.remove();
});

describe('a pool', () => {
  it('keeps an environment between events and reports its init and memory', async () => {
    const pool = createPool('Worker', 4);
    const first = await pool.invoke({ do: 'count' });
    const second = await pool.invoke({ do: 'count' });
    expect(first).toMatchObject({ ok: true, payload: { calls: 1 } });
    expect(second).toEqual({ ok: true, payload: { ...(first.ok && (first.payload as object)), calls: 2 } });
    const [report, ...more] = pool.reports();
    expect(more).toEqual([]);
    expect(report).toMatchObject({ functionId: 'Worker', functionName: 'Small/Worker', invocations: 2 });
    expect(report?.initMs).toBeGreaterThan(0);
    expect(report?.maxMemoryMb).toBeGreaterThan(1);
  });

  it('runs concurrent events in separate environments', async () => {
    const pool = createPool('Worker', 3);
    const meeting = await startMeeting(3);
    const events = Array.from({ length: 3 }, () => pool.invoke({ do: 'meet', url: meeting.url }));
    const results = await Promise.all(events);
    expect(new Set(results.map((result) => result.ok && result.payload)).size).toBe(3);
    meeting.close();
  });

  it('makes events wait while all environments are busy', async () => {
    const pool = createPool('Worker', 2);
    const results = await Promise.all(Array.from({ length: 10 }, () => pool.invoke({ do: 'count' })));
    expect(results.every(({ ok }) => ok)).toBe(true);
    const invocations = pool.reports().map((report) => report.invocations);
    expect(invocations).toHaveLength(2);
    expect(invocations.reduce((sum, each) => sum + each)).toBe(10);
  });

  it.each([
    [1, 4],
    [2, 1],
    [2, 2],
  ])('throttles events over a reserved concurrency of %i, with at most %i environments', async (limit, most) => {
    const crashes: CrashTime[] = [];
    const own = { reservedConcurrency: limit };
    const pool = createPool('Worker', most, { own, takeCrash: () => crashes.shift() });
    // Until the test comes to the meeting, its events run or wait.
    const meeting = await startMeeting(Math.min(limit, most) + 1);
    const events = Array.from({ length: limit }, (_, index) =>
      pool.invoke(index < most ? { do: 'meet', url: meeting.url } : { do: 'count' }),
    );
    crashes.push('before');
    expect(await pool.invoke({ do: 'count' })).toEqual({
      ok: false,
      errorType: 'TooManyRequestsException',
      errorMessage: 'Rate Exceeded.',
      throttled: true,
    });
    crashes.pop();
    await fetch(meeting.url);
    expect((await Promise.all(events)).map(({ ok }) => ok)).toEqual(events.map(() => true));
    expect(await pool.invoke({ do: 'count' })).toMatchObject({ ok: true });
    expect(pool.reports()).toHaveLength(Math.min(limit, most));
    meeting.close();
  });

  it('runs nothing with a reserved concurrency of 0', async () => {
    const pool = createPool('Worker', 4, { own: { reservedConcurrency: 0 } });
    expect(await pool.invoke({ do: 'count' })).toMatchObject({ ok: false, throttled: true });
    expect(pool.reports()).toEqual([]);
  });

  it('returns the error of a function that throws, and keeps its environment', async () => {
    const pool = createPool('Worker', 1);
    expect(await pool.invoke({ do: 'throw' })).toEqual({ ok: false, errorType: 'TypeError', errorMessage: 'thrown' });
    expect(await pool.invoke({ do: 'count' })).toMatchObject({ payload: { calls: 1 } });
    expect(pool.reports()).toHaveLength(1);
  });

  it('fails the event whose environment exits, and starts an environment for the next', async () => {
    const pool = createPool('Worker', 1);
    const [crash, next] = await Promise.all([pool.invoke({ do: 'crash' }), pool.invoke({ do: 'count' })]);
    expect(crash).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('exit status 7'),
    });
    expect(next).toMatchObject({ payload: { calls: 1 } });
  });

  it('fails the event whose environment is killed', async () => {
    const pool = createPool('Worker', 1);
    await pool.invoke({ do: 'count' });
    const event = pool.invoke({ do: 'hang' });
    process.kill(pool.reports()[0]?.pid ?? Number.NaN, 'SIGKILL');
    expect(await event).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
  });

  it.each(['before', 'after'] as const)('crashes on request %s the handler runs, for one event only', async (when) => {
    const crashes: CrashTime[] = [];
    const pool = createPool('Worker', 1, { takeCrash: () => crashes.shift() });
    await pool.invoke({ do: 'count' });
    const begun = lines.length;
    crashes.push(when);
    expect(await pool.invoke({ do: 'say' })).toEqual({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: 'Runtime exited with error: signal: killed',
    });
    expect(await pool.invoke({ do: 'count' })).toMatchObject({ payload: { calls: 1 } });
    await pool.close();
    expect(lines.slice(begun)).toEqual(when === 'before' ? [] : ['said']);
  });

  it('kills an event that exceeds its timeout', async () => {
    const pool = createPool('Bare', 1);
    expect(await pool.invoke({ do: 'hang' })).toEqual({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: 'request-1 Task timed out after 1.00 seconds',
    });
    expect(await pool.invoke({ do: 'count' })).toMatchObject({ payload: { calls: 1 } });
  });

  it('gives the function its name and its remaining time', async () => {
    const result = await createPool('Bare', 1).invoke({ do: 'context' });
    const { name, remainingMs } = (result.ok ? result.payload : {}) as { name: string; remainingMs: number };
    expect(name).toBe('Bare');
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(1000);
  });

  it('logs what a function prints', async () => {
    const pool = createPool('Worker', 1);
    expect(await pool.invoke({ do: 'say' })).toEqual({ ok: true, payload: null });
    await pool.close();
    expect(lines).toContain('said');
  });

  it('returns the error of a bundle that does not load', async () => {
    const result = await createPool('Worker', 1, { folder: broken.folder }).invoke({});
    expect(result).toMatchObject({ ok: false, errorMessage: 'not today' });
  });
});
