import { createHash } from 'node:crypto';
import type { WebhookCall, WebhookEvent } from '../protocol/webhook.ts';
import { requireSecret } from './secrets.ts';
import { signRequest } from './sign-request.ts';

/** Distinguishes a signature of a call by Doorman from one of the server API. */
export const WEBHOOK_NONCE_PREFIX = 'webhook-';

/** A call by Doorman of the app's server. */
export interface CallParameters {
  readonly url: string;
  readonly appKey: string;
  readonly secret: string;
  /** What is posted, as JSON. */
  readonly content: object;
  /** 1 to 56 of A-Z a-z 0-9 _ -, new for each call. */
  readonly nonce: string;
  readonly timestampMs: number;
}

/** The POST of events: see `signedCall`. */
export const webhookRequest = ({
  events,
  ...parameters
}: Omit<CallParameters, 'content'> & { readonly events: readonly WebhookEvent[] }): WebhookCall =>
  signedCall({ ...parameters, content: events });

/** A POST that is signed in RongCloud's form in the query and in Doorman's in the headers. */
export function signedCall(parameters: CallParameters): WebhookCall {
  const { appKey, secret, timestampMs } = parameters;
  const nonce = WEBHOOK_NONCE_PREFIX + parameters.nonce;
  const url = new URL(parameters.url);
  url.hash = '';
  // Appended as text, so that a query that is there already stays unchanged.
  url.search = [url.search.slice(1), weakSignature({ ...parameters, nonce })].filter((part) => part !== '').join('&');
  const body = JSON.stringify(parameters.content);
  const target = url.pathname + url.search;
  const signed = signRequest({ method: 'POST', target, body, appKey, secret, nonce, timestampMs });
  return { url: url.href, headers: { 'Content-Type': 'application/json', ...signed }, body };
}

function weakSignature({ appKey, secret, nonce, timestampMs }: CallParameters): string {
  const timestamp = `${timestampMs}`;
  const signature = createHash('sha1')
    .update(requireSecret(secret) + nonce + timestamp)
    .digest('hex');
  return new URLSearchParams({ appKey, timestamp, nonce, signature }).toString();
}
