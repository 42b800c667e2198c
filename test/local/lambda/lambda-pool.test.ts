import { createServer, type ServerResponse } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createLambdaPool, findNode, type LambdaPool } from '../../../lib/local/lambda/lambda-pool.ts';
import { readStack } from '../../../lib/local/template/stack-description.ts';
import { writeSmallStack } from '../small-stack.ts';

const assembly = writeSmallStack();
const broken = writeSmallStack("throw new RangeError('not today');");
const lines: string[] = [];
const pools: LambdaPool[] = [];

function makePool(functionId: string, maxEnvironments: number, folder = assembly.folder): LambdaPool {
  const fn = readStack(folder).functions.find(({ logicalId }) => logicalId === functionId);
  if (fn === undefined) throw new Error(`unable to test ${functionId}; it is not in the template`);
  const pool = createLambdaPool({
    fn,
    variables: { PATH: process.env.PATH ?? '' },
    nodePath: findNode(),
    maxEnvironments,
    randomId: () => 'request-1',
    log: (line) => lines.push(line),
  });
  pools.push(pool);
  return pool;
}

/** A place where `count` callers wait for each other. */
async function startMeeting(count: number): Promise<{ readonly url: string; close(): void }> {
  const present: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    present.push(response);
    if (present.length === count) for (const each of present) each.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
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
    const pool = makePool('Worker', 4);
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

  it('runs events at once in environments of their own', async () => {
    const pool = makePool('Worker', 3);
    const meeting = await startMeeting(3);
    const events = Array.from({ length: 3 }, () => pool.invoke({ do: 'meet', url: meeting.url }));
    const results = await Promise.all(events);
    expect(new Set(results.map((result) => result.ok && result.payload)).size).toBe(3);
    meeting.close();
  });

  it('lets events wait when all its environments are busy', async () => {
    const pool = makePool('Worker', 2);
    const results = await Promise.all(Array.from({ length: 10 }, () => pool.invoke({ do: 'count' })));
    expect(results.every(({ ok }) => ok)).toBe(true);
    const invocations = pool.reports().map((report) => report.invocations);
    expect(invocations).toHaveLength(2);
    expect(invocations.reduce((sum, each) => sum + each)).toBe(10);
  });

  it('answers what a function throws, and keeps its environment', async () => {
    const pool = makePool('Worker', 1);
    expect(await pool.invoke({ do: 'throw' })).toEqual({ ok: false, errorType: 'TypeError', errorMessage: 'thrown' });
    expect(await pool.invoke({ do: 'count' })).toMatchObject({ payload: { calls: 1 } });
    expect(pool.reports()).toHaveLength(1);
  });

  it('fails the event of a crash and takes a fresh environment for the next', async () => {
    const pool = makePool('Worker', 1);
    const [crash, next] = await Promise.all([pool.invoke({ do: 'crash' }), pool.invoke({ do: 'count' })]);
    expect(crash).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('exit status 7'),
    });
    expect(next).toMatchObject({ payload: { calls: 1 } });
  });

  it('fails the event of a killed environment', async () => {
    const pool = makePool('Worker', 1);
    await pool.invoke({ do: 'count' });
    const event = pool.invoke({ do: 'hang' });
    process.kill(pool.reports()[0]?.pid ?? Number.NaN, 'SIGKILL');
    expect(await event).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
  });

  it.each(['before', 'after'] as const)('crashes when told so, %s the handler, for one event only', async (when) => {
    const pool = makePool('Worker', 1);
    await pool.invoke({ do: 'count' });
    const begun = lines.length;
    pool.crash(when);
    expect(await pool.invoke({ do: 'say' })).toEqual({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: 'Runtime exited with error: signal: killed',
    });
    expect(await pool.invoke({ do: 'count' })).toMatchObject({ payload: { calls: 1 } });
    await pool.close();
    expect(lines.slice(begun)).toEqual(when === 'before' ? [] : ['said']);
  });

  it('kills what runs longer than its timeout', async () => {
    const pool = makePool('Bare', 1);
    expect(await pool.invoke({ do: 'hang' })).toEqual({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: 'request-1 Task timed out after 1.00 seconds',
    });
    expect(await pool.invoke({ do: 'count' })).toMatchObject({ payload: { calls: 1 } });
  });

  it('tells the function its name and its remaining time', async () => {
    const result = await makePool('Bare', 1).invoke({ do: 'context' });
    const { name, remainingMs } = (result.ok ? result.payload : {}) as { name: string; remainingMs: number };
    expect(name).toBe('Bare');
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(1000);
  });

  it('passes on what a function writes', async () => {
    const pool = makePool('Worker', 1);
    expect(await pool.invoke({ do: 'say' })).toEqual({ ok: true, payload: null });
    await pool.close();
    expect(lines).toContain('said');
  });

  it('answers with the error of a bundle that cannot be loaded', async () => {
    const result = await makePool('Worker', 1, broken.folder).invoke({});
    expect(result).toMatchObject({ ok: false, errorMessage: 'not today' });
  });
});
