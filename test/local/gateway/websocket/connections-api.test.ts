import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, describe, expect, it } from 'vitest';
import { callConnections, closeAll, connect, startApi } from './gateway-client.ts';

afterEach(closeAll);

const errorType = (response: Response) => response.headers.get('x-amzn-errortype');

async function startWithClient(overrides: Parameters<typeof startApi>[1] = {}) {
  const api = await startApi({ $disconnect: () => ({}) }, { randomId: ids(), ...overrides });
  const client = await connect(api.url, [], { 'User-Agent': 'tester' });
  const connectionId = api.connectionIds()[0] ?? '';
  return { api, client, connectionId, url: api.connectionsUrl };
}

/** Ids with all characters that need percent-encoding. */
function ids(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `a/b+${String(count).padStart(11, '0')}=`;
  };
}

describe('@connections', () => {
  it('POST sends text to the client', async () => {
    const { client, connectionId, url } = await startWithClient();
    const response = await callConnections(url, 'POST', connectionId, 'hé');
    expect(response.status).toBe(200);
    expect(await client.message()).toBe('hé');
  });

  it('GET describes the connection; only frames from the client count as activity', async () => {
    let nowMs = 1_000;
    const { client, connectionId, url } = await startWithClient({ now: () => nowMs });
    nowMs = 2_000;
    client.socket.send('no route matches');
    expect(await client.message()).toContain('Forbidden');
    nowMs = 3_000;
    await callConnections(url, 'POST', connectionId, 'x');
    await client.message();
    const response = await callConnections(url, 'GET', connectionId);
    expect(await response.json()).toEqual({
      connectedAt: '1970-01-01T00:00:01.000Z',
      lastActiveAt: '1970-01-01T00:00:02.000Z',
      identity: { sourceIp: '127.0.0.1', userAgent: 'tester' },
    });
  });

  it('DELETE closes the connection; further calls get 410', async () => {
    const { api, client, connectionId, url } = await startWithClient();
    const response = await callConnections(url, 'DELETE', connectionId);
    expect(response.status).toBe(204);
    expect((await callConnections(url, 'GET', connectionId)).status).toBe(410);
    expect((await client.closed).code).toBe(1000);
    expect((await api.calls.next()).functionId).toBe('$disconnect');
  });

  it.each(['POST', 'GET', 'DELETE'])('%s gets 410 Gone for an unknown connection', async (method) => {
    const { url } = await startWithClient();
    const response = await callConnections(url, method, 'unknown=');
    expect(response.status).toBe(410);
    expect(errorType(response)).toBe('GoneException');
    expect(await response.json()).toMatchObject({ message: 'Gone', connectionId: 'unknown=' });
  });

  it('POST gets 410 before $connect has answered', async () => {
    let url = '';
    const statuses: number[] = [];
    const api = await startApi({
      $connect: async ({ requestContext }) => {
        statuses.push((await callConnections(url, 'POST', requestContext.connectionId, 'early')).status);
        return { statusCode: 200 };
      },
    });
    url = api.connectionsUrl;
    const client = await connect(api.url);
    expect(statuses).toEqual([410]);
    await callConnections(url, 'POST', api.connectionIds()[0] ?? '', 'late');
    expect(await client.message()).toBe('late');
  });

  it.each([0, 1, 32_768, 32_769, 56_337])('sends %i bytes to the client in frames of at most 32 KB', async (bytes) => {
    const { client, connectionId, url } = await startWithClient();
    expect((await callConnections(url, 'POST', connectionId, 'x'.repeat(bytes))).status).toBe(200);
    expect(await client.message()).toBe('x'.repeat(bytes));
    expect(client.got.tooLongFrames).toBe(0);
  });

  it('accepts 128 KB and refuses more with 413', async () => {
    const { client, connectionId, url } = await startWithClient();
    const snow = '☃'.repeat(43_690);
    expect((await callConnections(url, 'POST', connectionId, `${snow}xx`)).status).toBe(200);
    expect(await client.message()).toBe(`${snow}xx`);
    expect(client.got.tooLongFrames).toBe(0);
    expect((await callConnections(url, 'POST', connectionId, `${snow}☃`)).status).toBe(413);
    const response = await callConnections(url, 'POST', connectionId, 'x'.repeat(131_073));
    expect(response.status).toBe(413);
    expect(errorType(response)).toBe('PayloadTooLargeException');
  });

  it('refuses a request without signature', async () => {
    const { connectionId, url } = await startWithClient();
    const response = await fetch(`${url}/@connections/${encodeURIComponent(connectionId)}`);
    expect(response.status).toBe(403);
    expect(errorType(response)).toBe('MissingAuthenticationTokenException');
  });

  it('checks the permission of the signer', async () => {
    const asked: object[] = [];
    const authorizeCall = (request: { method: string; connectionId: string }) => {
      asked.push(request);
      return request.method === 'GET';
    };
    const { connectionId, url } = await startWithClient({ authorizeCall });
    expect((await callConnections(url, 'GET', connectionId)).status).toBe(200);
    const refused = await callConnections(url, 'POST', connectionId, 'x');
    expect(refused.status).toBe(403);
    expect(errorType(refused)).toBe('ForbiddenException');
    expect(asked[1]).toEqual({ authorization: 'AWS4-HMAC-SHA256 Credential=x', method: 'POST', connectionId });
  });

  it('works with the unmodified SDK', async () => {
    const { client, connectionId: ConnectionId, url } = await startWithClient();
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const sdk = new ApiGatewayManagementApiClient({ endpoint: url, region: 'us-east-1', credentials });
    await sdk.send(new PostToConnectionCommand({ ConnectionId, Data: 'hello' }));
    expect(await client.message()).toBe('hello');
    const facts = await sdk.send(new GetConnectionCommand({ ConnectionId }));
    expect(facts.Identity?.SourceIp).toBe('127.0.0.1');
    expect(facts.LastActiveAt).toBeInstanceOf(Date);
    await sdk.send(new DeleteConnectionCommand({ ConnectionId }));
    const late = sdk.send(new PostToConnectionCommand({ ConnectionId, Data: 'late' }));
    await expect(late).rejects.toBeInstanceOf(GoneException);
    sdk.destroy();
  });

  it.each(['/other/@connections/x', '/prod', '//', '/prod/@connections/%zz'])('does not serve %s', async (path) => {
    const { api } = await startWithClient();
    const response = await fetch(`http://127.0.0.1:${api.port}${path}`);
    expect(response.status).toBe(403);
  });
});
