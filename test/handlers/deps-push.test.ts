import { afterEach, expect, it, vi } from 'vitest';
import { defaultSettings } from '../../lib/domain/settings.ts';
import { wirePush } from '../../lib/handlers/deps-push.ts';
import { answers, closeServices, startService } from '../push/scripted-service.ts';

const closing = { event: 'closing', code: 31010, message: 'another device' } as const;
const from = { random: () => 0, sleep: async () => {} };

afterEach(async () => {
  vi.unstubAllEnvs();
  await closeServices();
});

async function startWired(leanPosts: boolean) {
  const service = await startService(answers(200));
  const variables = {
    CONNECTIONS_URL: service.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  return { push: wirePush({ ...defaultSettings, leanPosts }, from), seen: service.seen };
}

it.each([
  [true, undefined],
  [false, expect.stringContaining('aws-sdk-js')],
])('leanPosts %s chooses the client, and both sign with the credentials of the Lambda', async (leanPosts, agent) => {
  const { push, seen } = await startWired(leanPosts);
  expect(await push.post('c=', closing)).toBe('ok');
  await push.close('c=');
  expect(seen.map(({ method, target }) => `${method} ${target}`)).toEqual([
    'POST /prod/@connections/c%3D',
    'DELETE /prod/@connections/c%3D',
  ]);
  for (const { headers } of seen) {
    expect(headers['user-agent']).toEqual(agent);
    expect(headers['x-amz-security-token']).toBe('token');
    expect(headers.authorization).toMatch(/Credential=AKID\/\d{8}\/eu-west-1\/execute-api\//);
  }
});

it('a Lambda without a grant posts nothing', async () => {
  vi.stubEnv('CONNECTIONS_URL', undefined);
  const push = wirePush(defaultSettings, from);
  expect(await push.post('c', closing)).toBe('failed');
  await push.close('c');
});
