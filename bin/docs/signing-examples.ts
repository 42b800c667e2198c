import { createHash } from 'node:crypto';
import { type CallToSign, signRequest, textToSign } from '../../lib/server-api/sign-request.ts';
import { webhookRequest } from '../../lib/server-api/webhook.ts';

const appKey = 'doorman';
const secret = 'an-app-secret';
const TIMESTAMP_MS = 1_700_000_000_000;

const call: CallToSign = {
  method: 'POST',
  target: '/chatroom/user/block/add.json',
  body: 'chatroomId=r1&userId=u1&minute=30',
  appKey,
  secret,
  nonce: 'b1946ac92492d234',
  timestampMs: TIMESTAMP_MS,
};

const fenced = (...lines: readonly string[]): string => ['```', ...lines, '```'].join('\n');
const headerLines = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

/** A call in RongCloud's form, with its values. */
export function rongCloudExample(): string {
  const [nonce, timestamp] = ['826526', `${TIMESTAMP_MS}`];
  const signature = createHash('sha1')
    .update(secret + nonce + timestamp)
    .digest('hex');
  const headers = { 'App-Key': appKey, Nonce: nonce, Timestamp: timestamp, Signature: signature };
  return [
    `With the secret \`${secret}\`, SHA-1 of \`${secret}${nonce}${timestamp}\`:`,
    fenced(...headerLines(headers)),
  ].join('\n\n');
}

/** The same in Doorman's form. */
export const strongExample = (): string =>
  [
    `With the secret \`${secret}\`, the call`,
    fenced(`POST ${call.target}`, '', String(call.body)),
    'has this text to sign:',
    fenced(...textToSign(call).split('\n')),
    'and these headers:',
    fenced(...headerLines(signRequest(call))),
  ].join('\n\n');

/** A call of the webhook. */
export function webhookExample(): string {
  const { url, headers, body } = webhookRequest({
    ...{ url: 'https://app.example.com/events', appKey, secret, nonce: 'b1946ac92492d234', timestampMs: TIMESTAMP_MS },
    events: [{ eventId: 'm1-2', chatRoomId: 'r1', userIds: ['u1'], status: 1, type: 2, time: TIMESTAMP_MS }],
  });
  return fenced(`POST ${url}`, ...headerLines(headers), '', body);
}
