import { afterEach, describe, expect, it } from 'vitest';
import { createDoorbell } from '../../lib/push/lambda-doorbell.ts';
import { serviceEndpoint } from '../../lib/push/service-endpoint.ts';
import { answers, closeServices, type Reaction, resets, startService } from './scripted-service.ts';

const doorbells: { destroy(): void }[] = [];
afterEach(async () => {
  for (const doorbell of doorbells.splice(0)) doorbell.destroy();
  await closeServices();
});

async function startDoorbell(functionName: string, ...reactions: readonly Reaction[]) {
  const service = await startService(...reactions);
  const faults: string[] = [];
  const doorbell = createDoorbell({
    endpoint: service.url.replace('/prod', ''),
    functionName,
    region: 'eu-west-1',
    credentials: () => ({ accessKeyId: 'AKID', secretAccessKey: 'b', sessionToken: 'token' }),
    now: () => Date.UTC(2026, 10, 27),
    random: () => 0,
    sleep: async () => {},
    attempts: 4,
    mostInFlight: 4,
    timeoutMs: 5_000,
    onFault: (what, fault) => faults.push(`${what}: ${(fault as Error).message}`),
  });
  doorbells.push(doorbell);
  return { ...service, doorbell, faults };
}

describe('the doorbell', () => {
  it('invokes the function asynchronously with the job', async () => {
    const { doorbell, seen } = await startDoorbell('Room-Deliver_1', answers(202));
    expect(await doorbell.ring({ room: 'r1', seq: 7 })).toBe('rung');
    const [request] = seen;
    expect(seen).toHaveLength(1);
    expect(request).toMatchObject({
      method: 'POST',
      target: '/2015-03-31/functions/Room-Deliver_1/invocations',
      body: '{"room":"r1","seq":7}',
      headers: {
        'content-type': 'application/json',
        'x-amz-invocation-type': 'Event',
        'x-amz-date': '20261127T000000Z',
        'x-amz-security-token': 'token',
      },
    });
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/20261127\/eu-west-1\/lambda\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-invocation-type;x-amz-security-token, /,
    );
  });

  it('takes the ARN of a function', async () => {
    const { doorbell, seen } = await startDoorbell(
      'arn:aws:lambda:eu-west-1:123456789012:function:deliver',
      answers(202),
    );
    expect(await doorbell.ring({})).toBe('rung');
    expect(seen[0]?.target).toBe(
      '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Adeliver/invocations',
    );
  });

  it.each<[string, Reaction]>([
    ['throttled', answers(429, 'TooManyRequestsException')],
    ['failed by the service', answers(500, 'ServiceException')],
    ['reset', resets],
  ])('rings again where it was %s', async (_what, reaction) => {
    const { doorbell, seen, faults } = await startDoorbell('f', reaction, answers(202));
    expect(await doorbell.ring({ room: 'r1' })).toBe('rung');
    expect(seen.map(({ body }) => body)).toEqual(['{"room":"r1"}', '{"room":"r1"}']);
    expect(faults).toEqual([]);
  });

  it.each<[string, number, Reaction, string]>([
    ['an absent function', 1, answers(404, 'ResourceNotFoundException'), '404 (ResourceNotFoundException)'],
    ['a synchronous answer', 1, answers(200), '200'],
    ['a service that is down', 4, answers(503), '503'],
  ])('fails with %s', async (_what, attempts, reaction, why) => {
    const { doorbell, seen, faults } = await startDoorbell('f', reaction);
    expect(await doorbell.ring({ room: 'r1' })).toBe('failed');
    expect(seen).toHaveLength(attempts);
    expect(faults).toEqual([`ring a function: the service answered ${why}`]);
  });

  it('rings where the environment says, or in the Region', () => {
    expect(serviceEndpoint('lambda', 'eu-west-1', undefined)).toBe('https://lambda.eu-west-1.amazonaws.com');
    expect(serviceEndpoint('dynamodb', 'cn-north-1', undefined)).toBe('https://dynamodb.cn-north-1.amazonaws.com.cn');
    expect(serviceEndpoint('lambda', 'eu-west-1', 'http://127.0.0.1:1')).toBe('http://127.0.0.1:1');
  });
});
