import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** What signs for a role. A Lambda has these in its environment. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A role's credentials have one; those of a user do not. */
  readonly sessionToken?: string | undefined;
}

/** Everything about a request that the signature covers. */
export interface RequestToSign {
  readonly method: string;
  /** Host, with the port where it is not the scheme's own. */
  readonly host: string;
  /** The path as sent, so percent-encoded once; it has no query and no empty, `.` or `..` segment. */
  readonly path: string;
  /** Further headers that are sent: names in lower case, values without spaces at the ends or in a row. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case hex of the body's SHA-256. */
  readonly bodySha256: string;
}

/** Which service checks the signature. */
export interface SignerOptions {
  /** `execute-api` for `@connections`, `lambda` for Invoke. */
  readonly service: string;
  readonly region: string;
  /** Called for each request, so that rotated credentials are taken up. */
  readonly credentials: () => Credentials;
  /** Ms since 1970. */
  readonly now: () => number;
}

export type Signer = (request: RequestToSign) => Record<string, string>;

interface Stamp {
  readonly sec: number;
  /** As in 20261127T093000Z. */
  readonly instant: string;
  readonly day: string;
}

interface SigningKey {
  readonly secret: string;
  readonly day: string;
  /** Not its bytes, from which each use would make one. */
  readonly key: KeyObject;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Signs requests by AWS Signature Version 4; returns all headers to send, `host` and `authorization` included. The key of a
 * day is derived once: a delivery signs thousands of requests, and the SDK's signer takes twice the CPU for each.
 */
export function createSigner({ service, region, credentials, now }: SignerOptions): Signer {
  let stamp: Stamp = { sec: Number.NaN, instant: '', day: '' };
  let cached: SigningKey | undefined;
  return (request) => {
    stamp = stampAt(now(), stamp);
    const { instant, day } = stamp;
    const { accessKeyId, secretAccessKey, sessionToken } = credentials();
    if (cached?.day !== day || cached.secret !== secretAccessKey) {
      cached = { secret: secretAccessKey, day, key: signingKey(secretAccessKey, [day, region, service]) };
    }
    const headers: Record<string, string> = { ...request.headers, host: request.host, 'x-amz-date': instant };
    if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
    const names = Object.keys(headers).sort(byCodeUnit);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const hashed = hash('sha256', canonicalRequest(request, headers, names));
    const signature = createHmac('sha256', cached.key)
      .update(`${ALGORITHM}\n${instant}\n${scope}\n${hashed}`)
      .digest('hex');
    const credential = `Credential=${accessKeyId}/${scope}`;
    headers.authorization = `${ALGORITHM} ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return headers;
  };
}

/** Names are ASCII in lower case, so this is the order of bytes that AWS expects. */
const byCodeUnit = (one: string, other: string): number => (one < other ? -1 : 1);

function stampAt(nowMs: number, before: Stamp): Stamp {
  const sec = Math.floor(nowMs / 1000);
  if (sec === before.sec) return before;
  const instant = new Date(sec * 1000).toISOString().replace(/[-:]|\.000/g, '');
  return { sec, instant, day: instant.slice(0, 8) };
}

function signingKey(secret: string, scope: readonly string[]): KeyObject {
  const derive = (key: Buffer, part: string): Buffer => createHmac('sha256', key).update(part).digest();
  return createSecretKey([...scope, 'aws4_request'].reduce(derive, Buffer.from(`AWS4${secret}`)));
}

/** Every service but S3 encodes the path that was sent a second time: `%3D` becomes `%253D`. */
function canonicalRequest(
  { method, path, bodySha256 }: RequestToSign,
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): string {
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  return `${method}\n${encodePart(path).replaceAll('%2F', '/')}\n\n${lines}\n${names.join(';')}\n${bodySha256}`;
}

/** A part of a path: everything is encoded but letters, digits and `-_.~`, as AWS expects. */
export const encodePart = (part: string): string =>
  encodeURIComponent(part).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
