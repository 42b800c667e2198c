import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WebhookEvent } from '../../lib/protocol/webhook.ts';
import { signRequest, webhookRequest } from '../../lib/server-api/index.ts';
import { checkSignature } from '../../lib/server-api/signature.ts';
import { apiDeps } from './api-caller.ts';
import { NOW_MS, recordingDeps } from './recording-store.ts';
import { APP_KEY } from './signed-call.ts';
import { usedOnce } from './signing.ts';

const events: readonly WebhookEvent[] = [
  { eventId: 'm1-1', chatRoomId: 'r1', userIds: ['ann'], status: 0, type: 1, time: NOW_MS },
  { eventId: 'e1-3', chatRoomId: 'r1', userIds: [], status: 3, type: 3, time: NOW_MS + 1 },
];
const parameters = { appKey: APP_KEY, secret: 'new-secret', events, nonce: 'n-1', timestampMs: NOW_MS };
const requestTo = (url: string) => webhookRequest({ ...parameters, url });

describe('a call of the webhook', () => {
  it('is a list of events in JSON', () => {
    const { body, headers } = requestTo('https://app.example.com/events');
    expect(JSON.parse(body)).toEqual(events);
    expect(headers['Content-Type']).toBe('application/json');
  });

  it("is signed in RongCloud's form in its query", () => {
    const { origin, pathname, searchParams } = new URL(requestTo('https://app.example.com/events').url);
    expect(origin + pathname).toBe('https://app.example.com/events');
    const { appKey, timestamp, nonce, signature } = Object.fromEntries(searchParams);
    expect([appKey, timestamp, nonce]).toEqual([APP_KEY, `${NOW_MS}`, 'webhook-n-1']);
    expect(signature).toBe(createHash('sha1').update(`new-secret${nonce}${timestamp}`).digest('hex'));
  });

  it.each([
    ['https://app.example.com/e?key=a%20b+c&x', 'https://app.example.com/e?key=a%20b+c&x&appKey='],
    ['https://app.example.com/e?', 'https://app.example.com/e?appKey='],
    ['https://app.example.com', 'https://app.example.com/?appKey='],
    ['http://127.0.0.1:9/e#part', 'http://127.0.0.1:9/e?appKey='],
  ])('keeps the query of the address %s', (url, start) => {
    expect(requestTo(url).url.startsWith(start)).toBe(true);
    expect(requestTo(url).url).not.toContain('#');
  });

  it("is signed in Doorman's form in its headers, over the whole request", () => {
    const { url, headers, body } = requestTo('https://app.example.com/events?a=1');
    const { pathname, search } = new URL(url);
    const { 'Content-Type': _type, ...signed } = headers;
    const call = { method: 'POST', target: pathname + search, body, appKey: APP_KEY, secret: 'new-secret' };
    expect(signed).toEqual(signRequest({ ...call, nonce: 'webhook-n-1', timestampMs: NOW_MS }));
  });

  it('gives its receiver no signature that the server API accepts', async () => {
    const { url, headers, body } = requestTo('https://app.example.com/chatroom/destroy.json');
    const { pathname, search, searchParams } = new URL(url);
    const seen = { method: 'POST', path: pathname, rawQuery: search.slice(1), bodyBytes: Buffer.from(body) };
    const { appKey, timestamp = '', nonce = '', signature } = Object.fromEntries(searchParams);
    const strong = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const weak = { 'app-key': appKey, timestamp, nonce, signature };
    const signed = nonce + timestamp;
    const divided = Array.from({ length: signed.length + 1 }, (_, at) => ({
      ...weak,
      nonce: signed.slice(0, at),
      timestamp: signed.slice(at),
    }));
    for (const tried of [strong, weak, ...divided]) {
      const checked = checkSignature(apiDeps(recordingDeps(usedOnce().store).deps), { ...seen, headers: tried });
      await expect(checked).rejects.toEqual(expect.objectContaining({ statusCode: 401, code: 1004 }));
    }
  });
});
