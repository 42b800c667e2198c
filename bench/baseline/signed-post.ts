import { createHash, createHmac } from 'node:crypto';
import { Agent, type OutgoingHttpHeaders, request } from 'node:http';

const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION = '' } = process.env;
const SOCKETS_MAX = 128;
const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

interface SigningKey {
  readonly scope: string;
  readonly key: Buffer;
}

const keys = new Map<string, SigningKey>();

function signingKey(date: string, service: string): SigningKey {
  const scope = `${date}/${AWS_REGION}/${service}/aws4_request`;
  const known = keys.get(scope);
  if (known !== undefined) return known;
  const ofDay = hmac(`AWS4${AWS_SECRET_ACCESS_KEY}`, date);
  const made = { scope, key: hmac(hmac(hmac(ofDay, AWS_REGION), service), 'aws4_request') };
  keys.set(scope, made);
  return made;
}

/** What to post. */
export interface SignedPost {
  readonly url: URL;
  readonly service: 'dynamodb' | 'execute-api';
  readonly body: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Signature Version 4 over host and time, as little as AWS accepts. */
function sign({ url, service, body }: SignedPost): OutgoingHttpHeaders {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const { scope, key } = signingKey(time.slice(0, 8), service);
  // Encoded a second time, as every service but S3 wants it.
  const path = url.pathname.split('/').map(encodeURIComponent).join('/');
  const canonical = `POST\n${path}\n\nhost:${url.host}\nx-amz-date:${time}\n\nhost;x-amz-date\n${hash(body)}`;
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
  return { 'x-amz-date': time, authorization };
}

/** A signed post on a kept connection; throws for any status but 200. Returns the body. */
export function signedPost(post: SignedPost): Promise<string> {
  const { url, body } = post;
  const headers = { ...post.headers, ...sign(post), 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: url.hostname, port: url.port, path: url.pathname, method: 'POST', headers });
    sent.once('error', reject);
    sent.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`unable to post; ${response.statusCode} ${text}`));
      });
    });
    sent.end(body);
  });
}
