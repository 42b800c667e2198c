import { afterEach, describe, expect, it } from 'vitest';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { Push } from '../../lib/push/push.ts';
import { closeAll, connect, startApi } from '../local/gateway/websocket/gateway-client.ts';
import { answers, closeServices, type Reaction, resets, startService } from './scripted-service.ts';

export interface PushUnderTest {
  readonly push: Push;
  destroy(): void;
}

export interface PushSetup {
  readonly endpoint: string;
  readonly credentials: Readonly<Record<'accessKeyId' | 'secretAccessKey' | 'sessionToken', string>>;
  readonly onFault: (what: string, fault: unknown) => void;
}

const closing: PushFrame = { event: 'closing', code: 31010, message: 'another device: é字😀' };
const credentials = { accessKeyId: 'AKID', secretAccessKey: 'the-secret-key', sessionToken: 'the-session-token' };
const CONNECTION_ID = 'Ab/+cd(1)efg=';

/** What every way of posting must do; each makes four attempts. */
export function describePush(name: string, create: (setup: PushSetup) => PushUnderTest): void {
  const created: PushUnderTest[] = [];
  afterEach(async () => {
    for (const made of created.splice(0)) made.destroy();
    await Promise.all([closeAll(), closeServices()]);
  });

  const createPush = (endpoint: string) => {
    const faults: string[] = [];
    const reasons: string[] = [];
    const onFault = (what: string, fault: unknown) => {
      faults.push(what);
      reasons.push(String(fault));
    };
    const made = create({ endpoint, credentials, onFault });
    created.push(made);
    return { push: made.push, faults, reasons };
  };

  /** An API with one open connection, and a push that may do what `methods` says. */
  async function startPush(methods: readonly string[] = ['POST', 'DELETE']) {
    const api = await startApi({}, { authorizeCall: ({ method }: { method: string }) => methods.includes(method) });
    const socket = await connect(api.url);
    const [connectionId = ''] = api.connectionIds();
    return { socket, connectionId, ...createPush(api.connectionsUrl) };
  }

  async function startScripted(...reactions: readonly Reaction[]) {
    const service = await startService(...reactions);
    return { ...service, ...createPush(service.url) };
  }

  describe(`${name} through API Gateway`, () => {
    it('posts a frame', async () => {
      const { socket, push, connectionId } = await startPush();
      expect(await push.post(connectionId, closing)).toBe('ok');
      expect(JSON.parse(await socket.message())).toEqual(closing);
    });

    it('closes the connection, which is gone from then on', async () => {
      const { socket, push, faults, connectionId } = await startPush();
      await push.close(connectionId);
      expect((await socket.closed).code).toBe(1000);
      expect(await push.post(connectionId, closing)).toBe('gone');
      await push.close(connectionId);
      expect(faults).toEqual([]);
    });

    it('never rejects, and a failure proves nothing', async () => {
      const { push, faults, connectionId } = await startPush([]);
      expect(await push.post(connectionId, closing)).toBe('failed');
      await push.close(connectionId);
      expect(faults).toEqual(['post to a connection', 'close a connection']);
    });
  });

  describe(`${name}'s requests`, () => {
    it('are signed for the service, with the session token, and the id is encoded in the path', async () => {
      const { push, seen, host } = await startScripted(answers(200));
      expect(await push.post(CONNECTION_ID, closing)).toBe('ok');
      const [request] = seen;
      expect(request).toMatchObject({ method: 'POST', target: '/prod/@connections/Ab%2F%2Bcd%281%29efg%3D' });
      expect(JSON.parse(request?.body ?? '')).toEqual(closing);
      expect(request?.headers).toMatchObject({ host, 'x-amz-security-token': 'the-session-token' });
      expect(request?.headers['x-amz-date']).toMatch(/^\d{8}T\d{6}Z$/);
      expect(request?.headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*;x-amz-date;x-amz-security-token[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
      );
    });

    it('use a socket again', async () => {
      const { push, seen } = await startScripted(answers(200), answers(410), answers(403), answers(200));
      for (const result of ['ok', 'gone', 'failed', 'ok']) expect(await push.post(CONNECTION_ID, closing)).toBe(result);
      expect(seen.map(({ socket }) => socket)).toEqual([1, 1, 1, 1]);
    });

    it('use a socket again after a body that arrives late', async () => {
      const late: Reaction = (response) => {
        response.writeHead(200);
        response.write('{', () => setImmediate(() => response.end('}')));
      };
      const { push, seen } = await startScripted(late);
      expect(await push.post(CONNECTION_ID, closing)).toBe('ok');
      expect(await push.post(CONNECTION_ID, closing)).toBe('ok');
      expect(seen.map(({ socket }) => socket)).toEqual([1, 1]);
    });
  });

  describe(`${name}'s retries`, () => {
    it.each<[string, Reaction]>([
      ['a throttled post', answers(429, 'LimitExceededException')],
      ['a post that the service failed', answers(500)],
      ['a post that the service refused for now', answers(503)],
      ['a post whose socket was reset', resets],
    ])('mend %s', async (_what, reaction) => {
      const { push, seen, faults } = await startScripted(reaction, answers(200));
      expect(await push.post(CONNECTION_ID, closing)).toBe('ok');
      expect(seen).toHaveLength(2);
      expect(seen[1]?.body).toBe(seen[0]?.body);
      expect(faults).toEqual([]);
    });

    it('end after four attempts', async () => {
      const { push, seen, faults } = await startScripted(answers(503));
      expect(await push.post(CONNECTION_ID, closing)).toBe('failed');
      expect(seen).toHaveLength(4);
      expect(faults).toEqual(['post to a connection']);
    });

    it.each([400, 403, 413])('are not made after %i', async (status) => {
      const { push, seen, faults } = await startScripted(answers(status, 'SomeException'));
      expect(await push.post(CONNECTION_ID, closing)).toBe('failed');
      expect(seen).toHaveLength(1);
      expect(faults).toEqual(['post to a connection']);
    });

    it('are not made where the connection is gone, and that is no fault', async () => {
      const { push, seen, faults } = await startScripted(answers(410));
      expect(await push.post(CONNECTION_ID, closing)).toBe('gone');
      await push.close(CONNECTION_ID);
      expect(seen.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
      expect(faults).toEqual([]);
    });
  });

  it(`${name}'s faults have no secret, no session token and nothing of the frame`, async () => {
    const { push, reasons } = await startScripted(answers(403, 'ForbiddenException', '{"message":"no"}'));
    await push.post(CONNECTION_ID, closing);
    await push.close(CONNECTION_ID);
    expect(reasons).toHaveLength(2);
    for (const text of ['the-secret-key', 'the-session-token', 'another device', 'Signature']) {
      expect(reasons.join()).not.toContain(text);
    }
  });
}
