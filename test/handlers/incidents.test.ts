import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultSettings } from '../../lib/domain/settings.ts';
import { wirePush } from '../../lib/handlers/deps-push.ts';
import { answers, closeServices, startService } from '../push/scripted-service.ts';

const closing = { event: 'closing', code: 31010, message: 'another device' } as const;

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.resetModules();
  await closeServices();
});

/** The counts in the lines that were logged, each with the deployment in whose log they are. */
function logged(): () => readonly object[] {
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  return () =>
    write.mock.calls
      .map(([line]) => String(line))
      .filter((line) => line.startsWith('{"_aws"'))
      .map((line) => JSON.parse(line))
      .map(({ _aws, ...counts }) => counts);
}

describe('a post', () => {
  it.each<[number, string, object[]]>([
    [200, 'ok', []],
    [410, 'gone', [{ deployment: 'Chat', goneConnections: 1 }]],
    [403, 'failed', [{ deployment: 'Chat', failedPosts: 1 }]],
  ])('with the answer %i is %s, and counted if it did not arrive', async (status, result, counts) => {
    const service = await startService(answers(status));
    const variables = {
      ...{ CONNECTIONS_URL: service.url, DEPLOYMENT: 'Chat', AWS_REGION: 'eu-west-1' },
      ...{ AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' },
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const countsOf = logged();
    const push = wirePush(defaultSettings, { random: () => 0, sleep: async () => {} });
    expect(await push.post('c', closing)).toBe(result);
    expect(countsOf()).toEqual(expect.arrayContaining(counts));
    expect(countsOf().filter((each) => !('faults' in each))).toHaveLength(counts.length);
  });
});

describe('a fault', () => {
  const load = async () => (await import('../../lib/handlers/fault.ts')).onFault;

  it('is counted where there is a deployment', async () => {
    vi.stubEnv('DEPLOYMENT', 'Chat');
    const countsOf = logged();
    (await load())('serve join', new Error('busy'));
    expect(countsOf()).toEqual([{ deployment: 'Chat', faults: 1 }]);
  });

  it('is only logged elsewhere', async () => {
    vi.stubEnv('DEPLOYMENT', undefined);
    const countsOf = logged();
    (await load())('serve join', new Error('busy'));
    expect(countsOf()).toEqual([]);
  });
});
