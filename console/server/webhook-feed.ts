import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebhookEvent } from '../../lib/protocol/webhook.ts';
import { signatureOf } from '../../lib/server-api/sign-request.ts';

const KEPT_MAX = 200;

/** The headers and the body of a call of the webhook. */
export interface WebhookPost {
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Whether the deployment has signed the call. */
export function isSigned({ target, headers, body }: WebhookPost, appKey: string, secret: string): boolean {
  const call = {
    ...{ method: 'POST', target, body, appKey, secret },
    nonce: String(headers.nonce),
    timestampMs: Number(headers.timestamp),
  };
  return headers.signature === signatureOf(call);
}

/** Passes the events of the webhook to every page that is open. */
export class WebhookFeed {
  readonly #kept: WebhookEvent[] = [];
  readonly #pages = new Set<ServerResponse>();

  /** Events that came already are ignored: the webhook posts each at least once. */
  add(events: readonly WebhookEvent[]): void {
    for (const event of events.filter(({ eventId }) => !this.#kept.some((kept) => kept.eventId === eventId))) {
      this.#kept.push(event);
      if (this.#kept.length > KEPT_MAX) this.#kept.shift();
      for (const page of this.#pages) page.write(frameOf(event));
    }
  }

  /** Sends a page all further events, as server-sent events. */
  follow(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' });
    // The page knows from this that it misses nothing from now on.
    response.write(': open\n\n');
    this.#pages.add(response);
    response.once('close', () => this.#pages.delete(response));
  }
}

const frameOf = (event: WebhookEvent): string => `data: ${JSON.stringify(event)}\n\n`;
