import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPayload, noPayload } from '../../lib/push/payload.ts';
import { type Credentials, createSigner, encodePart } from '../../lib/push/sigv4.ts';

const bytesOf = (key: string | ArrayBuffer | ArrayBufferView): Buffer => {
  if (typeof key === 'string') return Buffer.from(key);
  return ArrayBuffer.isView(key) ? Buffer.from(key.buffer, key.byteOffset, key.byteLength) : Buffer.from(key);
};

/** The digests that the AWS SDK's signer is built with. */
class Sha256 {
  readonly #hash;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

interface Signed {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly sha256: string;
}

interface Scope {
  readonly service: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly nowMs: number;
}

/** All headers, as the AWS SDK's signer makes them. */
async function oracle({ service, region, credentials, nowMs }: Scope, { method, host, path, headers, body }: Signed) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const identity = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const signer = new SignatureV4({ service, region, credentials: identity, sha256: Sha256, applyChecksum: false });
  const request = { method, protocol: 'https:', hostname: host, path, query: {}, headers: { ...headers, host }, body };
  return (await signer.sign(request, { signingDate: new Date(nowMs) })).headers;
}

const text = (minLength: number) =>
  fc.string({
    minLength,
    maxLength: 40,
    unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
  });

/** What connection ids are made of, what must be encoded, and anything else. */
const connectionId = fc
  .oneof(
    fc.base64String({ minLength: 4, maxLength: 24 }),
    fc.string({
      minLength: 1,
      maxLength: 12,
      unit: fc.constantFrom(...`=/+%!'()*@:;,&$?#[]~ "<>{}|\\^\`é字😀-_.Az09`),
    }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  )
  .filter((id) => !/^\.{1,2}$/.test(id));

const path = fc.oneof(
  connectionId.map((id) => `/prod/@connections/${encodePart(id)}`),
  text(1).map((name) => `/2015-03-31/functions/${encodePart(`f${name}`)}/invocations`),
);

const request = fc
  .record({
    method: fc.constantFrom('POST', 'DELETE'),
    host: fc.constantFrom(
      'abc.execute-api.eu-west-1.amazonaws.com',
      'lambda.us-east-1.amazonaws.com',
      '127.0.0.1:8080',
    ),
    path,
    headers: fc.constantFrom<Record<string, string>[]>(
      {},
      { 'content-type': 'application/octet-stream' },
      { 'x-amz-invocation-type': 'Event', 'content-type': 'application/json' },
    ),
    payload: fc.option(fc.object().map(jsonPayload), { nil: noPayload }),
  })
  .map(({ payload: { text: body, sha256 }, ...rest }) => ({ ...rest, body, sha256 }));

const scope = fc.record({
  service: fc.constantFrom('execute-api', 'lambda'),
  region: fc.constantFrom('us-east-1', 'ap-southeast-2'),
  credentials: fc.record({
    accessKeyId: text(1),
    secretAccessKey: text(1),
    sessionToken: fc.option(text(1), { nil: undefined }),
  }),
  nowMs: fc.integer({ min: Date.UTC(1999, 0, 1), max: Date.UTC(2199, 0, 1) }),
});

describe('a signature', () => {
  it('is the one of the AWS SDK', async () => {
    await fc.assert(
      fc.asyncProperty(scope, request, async (by, signed) => {
        const sign = createSigner({ ...by, credentials: () => by.credentials, now: () => by.nowMs });
        expect(sign({ ...signed, bodySha256: signed.sha256 })).toEqual(await oracle(by, signed));
      }),
      { numRuns: 500 },
    );
  });

  it('is the one of the AWS SDK also while time passes and the credentials change', async () => {
    const step = fc.record({
      request,
      credentials: scope.map(({ credentials }) => credentials),
      laterMs: fc.integer({ min: -100_000_000, max: 100_000_000 }),
    });
    await fc.assert(
      fc.asyncProperty(scope, fc.array(step, { minLength: 2, maxLength: 8 }), async (first, steps) => {
        let by = first;
        const sign = createSigner({ ...first, credentials: () => by.credentials, now: () => by.nowMs });
        for (const { request: signed, credentials, laterMs } of steps) {
          expect(sign({ ...signed, bodySha256: signed.sha256 })).toEqual(await oracle(by, signed));
          by = { ...by, nowMs: by.nowMs + laterMs, ...(laterMs > 0 && { credentials }) };
        }
      }),
      { numRuns: 100 },
    );
  });

  it('takes a new key at midnight', () => {
    let nowMs = Date.UTC(2026, 10, 27, 23, 59, 59, 999);
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
    const sign = createSigner({
      service: 'lambda',
      region: 'eu-west-1',
      credentials: () => credentials,
      now: () => nowMs,
    });
    const signed = () => sign({ method: 'POST', host: 'h', path: '/', headers: {}, bodySha256: noPayload.sha256 });
    expect(signed()['x-amz-date']).toBe('20261127T235959Z');
    nowMs += 1;
    expect(signed()).toMatchObject({
      'x-amz-date': '20261128T000000Z',
      authorization: expect.stringContaining('Credential=AKID/20261128/eu-west-1/lambda/aws4_request, '),
    });
  });
});

describe('a part of a path', () => {
  it('keeps letters, digits and -_.~ alone', () => {
    expect(encodePart("Az09-_.~=/+@:!'()* é")).toBe('Az09-_.~%3D%2F%2B%40%3A%21%27%28%29%2A%20%C3%A9');
  });
});

describe('a body', () => {
  it('is hashed as AWS expects', () => {
    expect(noPayload.sha256).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(jsonPayload({ a: 'é' }).sha256).toBe(createHash('sha256').update('{"a":"é"}').digest('hex'));
  });
});
