import { afterEach, describe, expect, it } from 'vitest';
import { createHttpsHook } from '../../lib/push/https-hook.ts';
import { createLambdaHook } from '../../lib/push/lambda-hook.ts';
import { answers, closeServices, type Reaction, resets, startService } from './scripted-service.ts';

const hooks: { destroy(): void }[] = [];
afterEach(async () => {
  for (const hook of hooks.splice(0)) hook.destroy();
  await closeServices();
});

const question = {
  ...{ id: 'q1', room: 'r1', userId: 'ann', platform: 'web', clientMessageId: 'm1' },
  ...{ type: 'RC:TxtMsg', content: '{}', atMs: 1 },
};
const accepts = answers(200, '', '{"decision":"accept"}');
const refuses = answers(200, '', '{"decision":"refuse","reason":"no links"}');
const silent: Reaction = () => undefined;
const failed = (why: string) => ({ kind: 'failed', why });

/** Cases of both ways to a hook. */
const answered: readonly [string, Reaction, object][] = [
  ['accepts', accepts, { kind: 'accepted' }],
  ['refuses', refuses, { kind: 'refused', note: 'no links' }],
  [
    'says too much',
    answers(200, '', `{"decision":"accept","x":"${'x'.repeat(8_192)}"}`),
    failed('the answer is not of the form'),
  ],
];

async function startHttpsHook(timeoutMs: number, ...reactions: readonly Reaction[]) {
  const service = await startService(...reactions);
  const callOf = async (asked: object) => ({
    ...{ url: `${service.url}/check`, headers: { Signature: 's' }, body: JSON.stringify(asked) },
  });
  return { ...service, hook: createHttpsHook({ callOf, fetch, timeoutMs }) };
}

describe('a hook on a server', () => {
  it('gets one signed POST', async () => {
    const { hook, seen } = await startHttpsHook(60_000, accepts);
    await hook.ask(question);
    expect(seen).toMatchObject([{ method: 'POST', target: '/prod/check', headers: { signature: 's' } }]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(question);
  });

  it.each([
    ...answered,
    ['is out of order', answers(500, '', '{"decision":"accept"}'), failed('the server answered 500')],
    ['is not there', resets, failed('the server cannot be asked (TypeError)')],
    [
      'redirects',
      ((response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()) as Reaction,
      failed('the server cannot be asked (TypeError)'),
    ],
  ])('that %s, is asked once', async (_what, reaction, verdict) => {
    const { hook, seen } = await startHttpsHook(60_000, reaction);
    expect(await hook.ask(question)).toEqual(verdict);
    expect(seen).toHaveLength(1);
  });

  it('that is late, has failed', async () => {
    const { hook } = await startHttpsHook(20, silent);
    expect(await hook.ask(question)).toEqual(failed('no answer in 20 ms'));
  });

  it('whose call cannot be signed in time, has failed', async () => {
    const hook = createHttpsHook({ callOf: () => new Promise(() => undefined), fetch, timeoutMs: 20 });
    expect(await hook.ask(question)).toEqual(failed('no answer in 20 ms'));
  });
});

async function startLambdaHook(timeoutMs: number, ...reactions: readonly Reaction[]) {
  const service = await startService(...reactions);
  const hook = createLambdaHook({
    endpoint: service.url.replace('/prod', ''),
    functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:check:live',
    region: 'eu-west-1',
    credentials: () => ({ accessKeyId: 'AKID', secretAccessKey: 'b', sessionToken: 'token' }),
    now: () => Date.UTC(2026, 10, 27),
    random: () => 0,
    sleep: async () => {},
    timeoutMs,
  });
  hooks.push(hook);
  return { ...service, hook };
}

describe('a hook that is a Lambda', () => {
  it('is invoked synchronously, by its whole ARN', async () => {
    const { hook, seen } = await startLambdaHook(60_000, accepts);
    await hook.ask(question);
    const name = 'arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Acheck%3Alive';
    expect(seen).toMatchObject([
      {
        method: 'POST',
        target: `/2015-03-31/functions/${name}/invocations`,
        headers: { 'x-amz-invocation-type': 'RequestResponse', 'x-amz-date': '20261127T000000Z' },
      },
    ]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(question);
  });

  it.each([
    ...answered,
    ['throws', answers(200, '', '{"errorMessage":"no","errorType":"Error"}'), failed('the answer is not of the form')],
    [
      'is throttled',
      answers(429, 'TooManyRequestsException'),
      failed('the service answered 429 (TooManyRequestsException)'),
    ],
    ['is out of reach', resets, failed('the service cannot be reached (ECONNRESET)')],
  ])('that %s, is asked once', async (_what, reaction, verdict) => {
    const { hook, seen } = await startLambdaHook(60_000, reaction);
    expect(await hook.ask(question)).toEqual(verdict);
    expect(seen).toHaveLength(1);
  });

  it('that is late, has failed', async () => {
    const { hook } = await startLambdaHook(20, silent);
    expect(await hook.ask(question)).toEqual(failed('the service cannot be reached (ETIMEDOUT)'));
  });
});
