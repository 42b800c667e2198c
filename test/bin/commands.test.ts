import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callCommand } from '../../bin/deployment/call-command.ts';
import { smokeCommand } from '../../bin/smoke/smoke-command.ts';
import { type LocalDeployment, startLocal } from '../../bin/start-local.ts';
import { listen } from '../support/listen.ts';
import { top } from '../support/project-files.ts';
import { runHere } from './run-here.ts';
import { type Ended, type RunningScript, run, runScript } from './run-script.ts';
import { type SecretsManager, startSecretsManager } from './secrets-manager.ts';

const ARN = 'arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:App-AbCdEf';
const MALFORMED = 'malformed';
const STORIES = ['a-31st', 'b-grace', 'c-block', 'd-leave', 'e-silent', 'f-allowlist'];
/** It waits until the grace of 30 s is over. */
const TIMEOUT_MS = 240_000;

let stack: LocalDeployment;
let manager: SecretsManager;

beforeAll(async () => {
  const strange = { offlineMessageLimit: 6, notifyMemberChanges: true, appKey: 'other', strongSignaturesOnly: true };
  stack = await startLocal({
    ...{ port: 0, settings: strange, testing: { schedules: 'manual' } },
    ...{ log: () => {}, step: () => {} },
  });
  const text = stack.secret(String(stack.outputs.SecretName));
  manager = await startSecretsManager({ [ARN]: text, byName: text, [MALFORMED]: '{"appSecret":"short"}' });
  // The AWS SDK reads the environment of the process.
  for (const [name, value] of Object.entries(manager.env)) vi.stubEnv(name, value);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  manager.close();
  await stack.close();
});

const call = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runHere(callCommand, ['--app-key', 'other', ...args], env);

const withSecret = (...args: string[]): Promise<Ended> =>
  call(['--server-api', stack.serverApiUrl, ...args], { DOORMAN_APP_SECRET: stack.appSecret });

describe('npm run call', () => {
  it('makes a call and prints the status and the JSON of the answer', async () => {
    expect(await withSecret('/chatroom/create_new.json', 'chatroomId=room1')).toEqual({
      ...{ code: 0, stderr: 'HTTP 200\n', stdout: '{\n  "code": 200\n}\n' },
    });
    const found = await withSecret('/chatroom/get.json', 'chatroomId=room1');
    expect([found.code, JSON.parse(found.stdout)]).toEqual([
      0,
      expect.objectContaining({ code: 200, chatroomId: 'room1', memberCount: 0 }),
    ]);
  });

  it('prints a refusal too, and ends with 1', async () => {
    const { code, stdout, stderr } = await withSecret('/chatroom/get.json', 'chatroomId=none');
    expect([code, stderr, JSON.parse(stdout).code]).toEqual([1, 'HTTP 400\n', 1002]);
  });

  it('sends lists, blanks and signs as they are, in a form and as JSON', async () => {
    const user = await withSecret('/user/getToken.json', 'userId=ann', 'name=Ann & Bo = 100% ü+1', 'portraitUri=');
    expect(user.code).toBe(0);
    const { stdout } = await withSecret('/user/info.json', 'userId=ann');
    expect(JSON.parse(stdout).userName).toBe('Ann & Bo = 100% ü+1');
    const listed = await withSecret('/chatroom/query.json', 'chatroomId=room1', 'chatroomId=room2');
    expect(JSON.parse(listed.stdout).chatRooms).toMatchObject([{ chrmId: 'room1' }]);
    const times = ['startTime=1700000000000', 'endTime=4000000000000'];
    const history = await withSecret('/v3/message/chatroom/query.json', 'userId=ann', 'targetId=room1', ...times);
    expect([history.code, JSON.parse(history.stdout)]).toMatchObject([0, { code: 200, data: [] }]);
  });

  it.each([
    [['--secret-id', 'byName'], 'eu-west-1'],
    [['--secret-id', ARN], 'ap-southeast-1'],
    [['--secret-id', ARN, '--region', 'us-west-2'], 'us-west-2'],
  ])('reads the secret from AWS with %j in %s', async (options, region) => {
    const { code } = await call([
      '--server-api',
      `${stack.serverApiUrl}/`,
      ...options,
      '/chatroom/query.json',
      'chatroomId=room1',
    ]);
    expect([code, manager.calls.at(-1)]).toEqual([0, { secretId: options[1], region }]);
  });

  it.each([
    ['missing', "Secrets Manager can't find the specified secret."],
    [MALFORMED, 'unable to use the app secret; appSecret must be at least 16 characters'],
  ])('reports that the secret is %s, without it', async (id, why) => {
    const options = ['--server-api', stack.serverApiUrl, '--secret-id', id];
    const { code, stdout, stderr } = await call([...options, '/chatroom/query.json', 'chatroomId=r']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`unable to read the secret ${id}; ${why}`);
    expect(stderr).not.toContain('short');
  });

  it('reports a wrong secret, a wrong app key, and that nothing answers', async () => {
    const path = ['/chatroom/query.json', 'chatroomId=r'];
    const wrong = { DOORMAN_APP_SECRET: 'another-secret-0123456789' };
    expect(await call(['--server-api', stack.serverApiUrl, ...path], wrong)).toMatchObject({
      ...{ code: 1, stderr: 'HTTP 401\n', stdout: expect.stringContaining('1004') },
    });
    expect(await withSecret('--app-key', 'doorman', ...path)).toMatchObject({ code: 1, stderr: 'HTTP 401\n' });
    const server = createServer();
    const url = `http://127.0.0.1:${await listen(server)}`;
    await new Promise((resolve) => server.close(resolve));
    expect(await call(['--server-api', url, ...path], wrong)).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: `unable to call /chatroom/query.json; nothing answers at ${url} (ECONNREFUSED)\n`,
    });
  });
});

const hasTools = ['bash', 'openssl', 'curl'].every((tool) => spawnSync(tool, ['--version']).error === undefined);

// Counted as skipped where a tool is missing, as on most Windows machines.
describe.skipIf(!hasTools)('the recipe for a shell in docs/server-api.md', () => {
  it('makes a signed call', async () => {
    const page = readFileSync(join(top, 'docs', 'server-api.md'), 'utf8');
    const [, recipe = ''] = /<!-- tested: shell-recipe -->\n\n```bash\n([\s\S]*?)```/.exec(page) ?? [];
    expect(recipe).toContain('curl');
    await withSecret('/chatroom/create_new.json', 'chatroomId=room1');
    const env = { SERVER_API_URL: `${stack.serverApiUrl}/`, APP_KEY: 'other', APP_SECRET: stack.appSecret };
    // Without --norc bash takes its socket for stdin as a remote login, and may print what a bashrc does.
    const { code, stdout, stderr } = await run('bash', ['--norc', '-euc', recipe], env).ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\{"code":200,.*"chatroomId":"room1".*\}\nHTTP 200\n$/);
  });
});

function start(...more: string[]): RunningScript {
  const { webSocketUrl, serverApiUrl } = stack;
  const addresses = ['--url', webSocketUrl, '--server-api', serverApiUrl, '--secret-id', 'byName'];
  const settings = ['--set', 'notifyMemberChanges=true', '--set', 'offlineMessageLimit=6'];
  return runScript('smoke', [...addresses, '--app-key', 'other', ...settings, ...more], manager.env);
}

const answerTo = async (path: string, ...parameters: string[]) =>
  JSON.parse((await withSecret(path, ...parameters)).stdout) as Readonly<Record<string, unknown>>;

/** What is left in the deployment of a run that printed this. */
async function leftOf({ stdout }: Ended): Promise<unknown> {
  const [prefix] = /smoke-[0-9a-f]+-/.exec(stdout) ?? [];
  expect(prefix).toBeDefined();
  const rooms = STORIES.map((story) => `chatroomId=${prefix}${story}`);
  const { chatRooms } = await answerTo('/chatroom/query.json', ...rooms);
  const { users } = await answerTo('/user/query.json');
  const mine = (users as readonly { userId: string }[]).filter(({ userId }) => userId.startsWith(`${prefix}`));
  return { rooms: chatRooms, users: mine, connections: stack.testing.connectionIds() };
}

const nothing = { rooms: [], users: [], connections: [] };

describe('npm run smoke', () => {
  it(
    'plays every story in a deployment of other settings, and leaves nothing behind',
    async () => {
      const ended = await start().ended;
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      for (const story of STORIES) expect(ended.stdout).toContain(` ${story} `);
      expect(ended.stdout).toContain('message number 6: message 7 ');
      expect(ended.stdout).toMatch(/Cleaned up: 6 rooms, 12 users\.\nAll 34 steps went as they should\.\n$/);
      expect(ended.stdout).not.toContain(stack.appSecret);
      expect(await leftOf(ended)).toEqual(nothing);
    },
    TIMEOUT_MS,
  );

  it(
    'ends with 1 at the first step that differs, and cleans up',
    async () => {
      const ended = await start('--quick', '--set', 'offlineMessageLimit=5').ended;
      expect([ended.code, ended.stderr]).toEqual([
        1,
        expect.stringMatching(/^unable to go on; \S+-a-31st: \S+-bob is a member should be false\n$/),
      ]);
      expect(ended.stdout).toContain('DIFFERS  bob is a member: true');
      expect(ended.stdout).toMatch(/Cleaned up: 1 rooms, 2 users\.\n$/);
      expect(await leftOf(ended)).toEqual(nothing);
    },
    TIMEOUT_MS,
  );

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'cleans up after %s, and ends with %i',
    async (signal, code) => {
      const running = start('--quick');
      await running.until('joins, code: 0');
      running.kill(signal);
      const ended = await running.ended;
      expect([ended.code, ended.stderr]).toEqual([code, `${signal}: cleaning up; once more ends it without that\n`]);
      expect(ended.stdout).toMatch(/Cleaned up: 1 rooms, 2 users\.\n$/);
      expect(await leftOf(ended)).toEqual(nothing);
    },
    TIMEOUT_MS,
  );

  const here = ['--url', 'ws://127.0.0.1:9', '--server-api', 'http://127.0.0.1:9'];
  const env = { DOORMAN_APP_SECRET: 'another-secret-0123456789' };

  it('reports that nothing answers, or that the secret is wrong, before it creates anything', async () => {
    const silent = await runHere(smokeCommand, here, env);
    const why = 'unable to call /user/checkOnline.json; nothing answers at http://127.0.0.1:9';
    expect([silent.code, silent.stderr]).toEqual([1, expect.stringContaining(why)]);
    const { webSocketUrl, serverApiUrl } = stack;
    const refused = await runHere(
      smokeCommand,
      ['--url', webSocketUrl, '--server-api', serverApiUrl, '--app-key', 'other'],
      env,
    );
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('unable to call /user/checkOnline.json; 401'),
    ]);
  });
});
