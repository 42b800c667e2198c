import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect, createClient, type FakeLambda, refusal, startApi } from './gateway-client.ts';

afterEach(closeAll);

const ok: FakeLambda = () => ({ statusCode: 200 });
const policy = (effect: string, resource = '*', context: object = {}) => ({
  principalId: 'user-1',
  policyDocument: { Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }] },
  context,
});
const authorizer = { functionId: 'authorizer', identitySource: ['route.request.querystring.token'] };
const fail = (message: string) => () => {
  throw new Error(message);
};

describe('$connect', () => {
  it('answers before the socket opens', async () => {
    let answer: (value: object) => void = () => {};
    const api = await startApi({ $connect: () => new Promise((resolve) => (answer = resolve)) });
    const client = createClient(api.url);
    const opened = new Promise((resolve) => client.socket.on('open', resolve));
    await api.calls.next();
    expect(client.socket.readyState).toBe(client.socket.CONNECTING);
    expect(api.connectionIds()).toEqual([]);
    answer({ statusCode: 200 });
    await opened;
    expect(api.connectionIds()).toHaveLength(1);
  });

  it('gets headers, query and context', async () => {
    const api = await startApi({ $connect: ok });
    await connect(`${api.url}?a=1&a=2`, [], { 'X-Name': 'n', 'User-Agent': 'tester' });
    const { event } = await api.calls.next();
    expect(event).toMatchObject({
      headers: { 'X-Name': 'n' },
      multiValueHeaders: { 'X-Name': ['n'] },
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      isBase64Encoded: false,
    });
    expect(event.requestContext).toMatchObject({
      routeKey: '$connect',
      eventType: 'CONNECT',
      messageDirection: 'IN',
      stage: 'prod',
      apiId: 'api1',
      domainName: `127.0.0.1:${api.port}`,
      identity: { sourceIp: '127.0.0.1', userAgent: 'tester' },
      extendedRequestId: expect.any(String),
      requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestTimeEpoch: expect.any(Number),
      connectedAt: expect.any(Number),
    });
    expect(event.requestContext.connectionId).toMatch(/^[A-Za-z0-9+/]{15}=$/);
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  it('refuses with the status of its answer', async () => {
    const api = await startApi({ $connect: () => ({ statusCode: 418 }) });
    expect(await refusal(api.url)).toMatchObject({ status: 418 });
  });

  it.each([
    ['fails', fail('boom')],
    ['answers no status', () => 'yes'],
  ])('refuses with 502 when it %s', async (_what, lambda) => {
    const api = await startApi({ $connect: lambda });
    expect(await refusal(api.url)).toMatchObject({ status: 502 });
    expect(api.connectionIds()).toEqual([]);
  });

  it('chooses the sub-protocol, in any letter case of its header', async () => {
    const headers = { 'sec-websocket-PROTOCOL': 'v2' };
    const api = await startApi({ $connect: () => ({ statusCode: 200, headers }) });
    const client = await connect(api.url, ['v1', 'v2']);
    expect(client.socket.protocol).toBe('v2');
  });

  it('chooses no sub-protocol when it names none', async () => {
    const api = await startApi({ $connect: ok });
    const client = createClient(api.url, ['v1']);
    const [error] = await new Promise<Error[]>((resolve) => client.socket.on('error', (fault) => resolve([fault])));
    expect(error?.message).toBe('Server sent no subprotocol');
  });

  it('does not run for another path', async () => {
    const api = await startApi({ $connect: ok });
    expect(await refusal(`ws://127.0.0.1:${api.port}/other`)).toMatchObject({ status: 403 });
    expect(api.calls.items).toEqual([]);
  });

  const awsUrlLength = 'wss://api1.execute-api.us-east-1.amazonaws.com/prod?token='.length;
  it.each<[what: string, status: number, of: { query?: number; header?: number; protocols?: string }]>([
    ['a URL of 4097 characters', 414, { query: 4097 - awsUrlLength }],
    ['headers of more than 10,240 bytes', 431, { header: 10_200 }],
    ['an empty sub-protocol', 400, { protocols: 'v1,,v2' }],
    ['a sub-protocol with a space', 400, { protocols: 'v1 v2' }],
    ['a sub-protocol twice', 400, { protocols: 'v1, v1' }],
  ])('does not run with %s: %i', async (_what, status, { query = 0, header = 0, protocols = '' }) => {
    const api = await startApi({ $connect: ok, authorizer: () => policy('Allow') }, { authorizer });
    const headers = { 'X-Long': 'x'.repeat(header), ...(protocols && { 'Sec-WebSocket-Protocol': protocols }) };
    expect(await refusal(`${api.url}?token=${'t'.repeat(query)}`, headers)).toMatchObject({ status });
    expect(api.calls.items).toEqual([]);
  });

  it('runs with the longest URL', async () => {
    const api = await startApi({ $connect: ok });
    await connect(`${api.url}?token=${'t'.repeat(4096 - awsUrlLength)}`, [], { 'X-Long': 'x'.repeat(5900) });
    expect((await api.calls.next()).event.queryStringParameters?.token).toHaveLength(4096 - awsUrlLength);
  });

  it('may be absent', async () => {
    const api = await startApi({});
    await connect(api.url);
    expect(api.connectionIds()).toHaveLength(1);
  });
});

describe('the authorizer', () => {
  it('runs first, with the ARN of $connect', async () => {
    const arn = `arn:aws:execute-api:us-east-1:000000000000:api1/prod/$connect`;
    const api = await startApi({ authorizer: () => policy('Allow', arn), $connect: ok }, { authorizer });
    await connect(`${api.url}?token=t`);
    const { functionId, event } = await api.calls.next();
    expect(functionId).toBe('authorizer');
    expect(event).toMatchObject({ type: 'REQUEST', methodArn: arn, queryStringParameters: { token: 't' } });
    expect(event.requestContext).toMatchObject({ routeKey: '$connect', eventType: 'CONNECT' });
  });

  it('adds its context, as text, to every later event', async () => {
    const lambdas = { authorizer: () => policy('Allow', '*', { shelf: 7, vip: true }), $default: ok, $disconnect: ok };
    const api = await startApi({ ...lambdas, $connect: ok }, { authorizer });
    const client = await connect(`${api.url}?token=t`);
    await api.calls.next();
    client.socket.send('hi');
    client.socket.close();
    for (const functionId of ['$connect', '$default', '$disconnect']) {
      const call = await api.calls.next();
      expect(call.functionId).toBe(functionId);
      expect(call.event.requestContext.authorizer).toMatchObject({ principalId: 'user-1', shelf: '7', vip: 'true' });
    }
  });

  it.each([
    ['Deny', 403, () => policy('Deny')],
    ['Allow of something else', 403, () => policy('Allow', 'arn:aws:execute-api:us-east-1:000000000000:api1/dev/*')],
    ['the error Unauthorized', 401, fail('Unauthorized')],
    ['another error', 500, fail('Unauthorized!')],
    ['no policy', 500, () => ({ principalId: 'user-1' })],
    ['a context that is not flat', 500, () => policy('Allow', '*', { deep: {} })],
    ['a result over 8 KB', 500, () => policy('Allow', '*', { long: 'x'.repeat(9000) })],
  ])('refuses on %s with %i', async (_what, status, lambda) => {
    const api = await startApi({ authorizer: lambda, $connect: ok }, { authorizer });
    expect(await refusal(`${api.url}?token=t`)).toMatchObject({ status });
    expect(api.calls.items.map((call) => call.functionId)).toEqual(['authorizer']);
  });

  it.each(['route.request.querystring.token', 'route.request.header.X-Token'])(
    'does not run without its identity source %s: 401',
    async (source) => {
      const options = { authorizer: { functionId: 'authorizer', identitySource: [source] } };
      const api = await startApi({ authorizer: () => policy('Allow') }, options);
      expect(await refusal(api.url)).toMatchObject({ status: 401 });
      expect(api.calls.items).toEqual([]);
      await connect(`${api.url}?token=t`, [], { 'x-token': 't' });
    },
  );
});
