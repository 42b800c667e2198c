import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { closeServer, listen } from '../../lib/local/base/listen.ts';
import type { WebhookEvent } from '../../lib/protocol/webhook.ts';

/** The app's server as the webhook calls it. */
export interface WebhookReceiver {
  readonly url: string;
  close(): Promise<void>;
}

export async function startWebhookReceiver(
  receive: (events: readonly WebhookEvent[]) => void,
): Promise<WebhookReceiver> {
  const server = createServer((incoming, response) => {
    text(incoming).then(
      (body) => {
        receive(JSON.parse(body) as WebhookEvent[]);
        response.writeHead(200).end();
      },
      () => response.destroy(),
    );
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}/events`, close: () => closeServer(server) };
}
