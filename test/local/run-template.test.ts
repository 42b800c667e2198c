import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { isAlive } from '../../lib/local/base/is-alive.ts';
import { awsQuotas } from '../../lib/local/quotas/account-quotas.ts';
import { type LocalStack, type RunTemplateOptions, runTemplate } from '../../lib/local/run-template.ts';
import type { TestingOptions } from '../../lib/local/testing/testing.ts';
import { listen } from '../support/listen.ts';
import { writeSmallStack } from './small-stack.ts';

const assembly = writeSmallStack();
const ids = { count: 0 };
const lines: string[] = [];

const run = (more: Partial<RunTemplateOptions> = {}): Promise<LocalStack> =>
  runTemplate({
    cloudAssembly: assembly.folder,
    port: 0,
    now: () => 1_700_000_000_000,
    testing: { schedules: 'manual' },
    randomId: () => `id-${ids.count++}`,
    log: (line) => lines.push(line),
    step: () => {},
    ...more,
  });

afterAll(() => assembly.remove());

describe.each(['dynoxide', 'dynalite'] as const)('a stack on %s', (engine) => {
  const running: { stack?: LocalStack } = {};
  const worker = async (event: unknown, functionId = 'Worker'): Promise<unknown> => {
    const result = await running.stack?.invoke(functionId, event);
    return result?.ok === true ? result.payload : result;
  };
  beforeAll(async () => {
    running.stack = await run({ engine });
  });
  afterAll(() => running.stack?.close());

  it('lets a function use the table as its role allows', async () => {
    const Item = { pk: { S: 'a' }, text: { S: 'b' } };
    const input = { TableName: 'Table', Item };
    expect(await worker({ do: 'dynamodb', operation: 'PutItem', input })).toMatchObject({ status: 200 });
    const get = { do: 'dynamodb', operation: 'GetItem', input: { TableName: 'Table', Key: { pk: Item.pk } } };
    expect(await worker(get)).toEqual({ status: 200, body: { Item } });
    expect(running.stack?.testing.usedGrants().map(({ functionId, action }) => [functionId, action])).toEqual([
      ['Worker', 'dynamodb:PutItem'],
      ['Worker', 'dynamodb:GetItem'],
    ]);
  });

  it('denies what the role does not grant', async () => {
    const scan = { do: 'dynamodb', operation: 'Scan', input: { TableName: 'Table' } };
    const denied = { status: 400, body: { __type: expect.stringContaining('AccessDeniedException') } };
    expect(await worker(scan)).toMatchObject(denied);
    const input = { TableName: 'Table', Item: { pk: { S: 'a' } } };
    expect(await worker({ do: 'dynamodb', operation: 'PutItem', input }, 'Bare')).toMatchObject(denied);
  });
});

describe('a stack', () => {
  const running: { stack?: LocalStack } = {};
  afterEach(async () => {
    await running.stack?.close();
    delete running.stack;
  });
  const start = async (more: Partial<RunTemplateOptions> = {}): Promise<LocalStack> => {
    running.stack = await run(more);
    return running.stack;
  };

  it('gives a function the variables of the template, and of this process only PATH', async () => {
    const stack = await start();
    const result = await stack.invoke('Worker', { do: 'environment' });
    const address = new URL(stack.webSocketUrl);
    expect(result).toEqual({
      ok: true,
      payload: {
        TABLE_NAME: 'Table',
        SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Secret-local0',
        CONNECTIONS_URL: `http://${address.host}/live`,
        GREETING: 'hello from Small',
        PATH: process.env.PATH,
        AWS_REGION: 'us-east-1',
        AWS_LAMBDA_FUNCTION_NAME: 'Worker',
        AWS_ACCESS_KEY_ID: 'Worker',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        AWS_ENDPOINT_URL_LAMBDA: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        AWS_ENDPOINT_URL_SECRETS_MANAGER: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        AWS_ENDPOINT_URL_SQS: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
    });
    expect(stack.outputs).toEqual({ SocketUrl: stack.webSocketUrl, HttpUrl: stack.httpApiUrl });
  });

  it('serves both APIs with its functions', async () => {
    const stack = await start();
    const response = await fetch(`${stack.httpApiUrl}/some/path`);
    expect(await response.text()).toBe('you said /some/path');
    const socket = new WebSocket(stack.webSocketUrl);
    const answer = await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => socket.send('{"action":"x"}'));
      socket.once('message', (data) => resolve(String(data)));
    });
    expect(answer).toBe('you said {"action":"x"}');
    socket.terminate();
  });

  const callConnections = (stack: LocalStack, functionId: string, method: string, connectionId: string) =>
    fetch(`${stack.connectionsUrl}/@connections/${encodeURIComponent(connectionId)}`, {
      method,
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${functionId}/x, SignedHeaders=host, Signature=0` },
    });

  it('checks the grant on @connections', async () => {
    const stack = await start();
    const call = async (functionId: string, method: string) =>
      (await callConnections(stack, functionId, method, 'none')).status;
    const calls = [call('Worker', 'POST'), call('Worker', 'GET'), call('Worker', 'DELETE'), call('Bare', 'POST')];
    expect(await Promise.all(calls)).toEqual([410, 410, 403, 403]);
  });

  it.each<[what: string, testing: TestingOptions, code: number]>([
    ['when a test does so', {}, 1006],
    ['after the idle time of a test', { limits: { idleMs: 20 } }, 1001],
  ])('closes a connection %s', async (_what, testing, code) => {
    const stack = await start({ testing });
    const socket = new WebSocket(stack.webSocketUrl);
    const closed = once(socket, 'close');
    await once(socket, 'open');
    if (testing.limits === undefined) for (const id of stack.testing.connectionIds()) stack.testing.forceClose(id);
    expect((await closed)[0]).toBe(code);
    expect(stack.testing.connectionIds()).toEqual([]);
  });

  it('generates the secret of the template', async () => {
    const stack = await start();
    const value = JSON.parse(stack.secret('Secret')) as { user: string; password: string };
    expect(value).toEqual({ user: 'small', password: expect.stringMatching(/^[A-Za-z0-9]{20}$/) });
    const result = await stack.invoke('Worker', { do: 'secret' });
    expect(result).toMatchObject({ payload: { status: 200, body: { SecretString: JSON.stringify(value) } } });
    expect(() => stack.secret('Other')).toThrow('unable to read the secret Other');
  });

  it('fires its schedules on request, with the given time', async () => {
    const stack = await start();
    await stack.testing.fireSchedules(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    await stack.close();
    expect(lines).toContain('Small/Worker: scheduled at 2026-01-02T03:04:05Z');
  });

  it('stores tables and secrets in the data folder', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'small-data-'));
    const input = { TableName: 'Table', Item: { pk: { S: 'kept' } } };
    const first = await start({ dataDir });
    await first.invoke('Worker', { do: 'dynamodb', operation: 'PutItem', input });
    const secret = first.secret('Secret');
    await first.close();
    const second = await start({ dataDir });
    const get = { TableName: 'Table', Key: { pk: { S: 'kept' } } };
    const result = await second.invoke('Worker', { do: 'dynamodb', operation: 'GetItem', input: get });
    expect(result).toMatchObject({ payload: { body: { Item: { pk: { S: 'kept' } } } } });
    expect(second.secret('Secret')).toBe(secret);
    await second.close();
    rmSync(dataDir, { recursive: true });
  });

  it('ends all its processes on close', async () => {
    const stack = await start();
    await stack.invoke('Worker', { do: 'count' });
    await stack.invoke('Bare', { do: 'count' });
    const pids = stack.testing.pids();
    expect(pids).toHaveLength(3);
    await stack.close();
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('reports in one sentence that a port is in use, and closes what it has started', async () => {
    const server = createServer();
    const port = await listen(server);
    await expect(run({ port })).rejects.toThrow(`unable to listen on port ${port}; another program uses it`);
    await new Promise((resolve) => server.close(resolve));
  });
});

it('a stack with the quotas of AWS refuses what is beyond them', async () => {
  const none = { ratePerSec: 0, burst: 0 };
  const throttledStack = await run({ quotas: { ...awsQuotas, requests: none } });
  expect((await fetch(`${throttledStack.httpApiUrl}/items/1`)).status).toBe(429);
  await throttledStack.close();
  const fullStack = await run({ quotas: { ...awsQuotas, concurrentRuns: 0 } });
  expect(await fullStack.invoke('Worker', {})).toMatchObject({ ok: false, throttled: true });
  await fullStack.close();
});
