import { request } from 'node:http';
import type { WebSocketEvent } from '../../../lib/handlers/events.ts';

const { AWS_ENDPOINT_URL_LAMBDA = '', CONNECTIONS_URL = '', OTHERS = '' } = process.env;

function post(url: string, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST' }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

interface Doorbell {
  readonly text: string;
  readonly doubled: boolean;
}

/** Answers a frame once another Lambda was asked to deliver it; that Lambda is this one too. */
export async function handler(event: WebSocketEvent | Doorbell): Promise<object> {
  if ('text' in event) return deliver(event);
  const { text } = JSON.parse(event.body ?? '');
  if (text.startsWith('refused')) return { statusCode: 403 };
  const doorbell: Doorbell = { text, doubled: text.startsWith('doubled') };
  const url = `${AWS_ENDPOINT_URL_LAMBDA}/2015-03-31/functions/deliver/invocations`;
  return { statusCode: (await post(url, JSON.stringify(doorbell))) === 202 ? 200 : 500 };
}

async function deliver({ text, doubled }: Doorbell): Promise<object> {
  if (text.startsWith('failing')) throw new Error('the delivery failed');
  const ids = OTHERS.split(',');
  const posts = doubled ? [...ids, ...ids.slice(0, 1)] : ids;
  for (const id of posts) await post(`${CONNECTIONS_URL}/@connections/${id}`, text);
  return {};
}
