import type { WebhookCall, WebhookEvent } from '../protocol/webhook.ts';
import { webhookRequest } from '../server-api/webhook.ts';
import type { SecretsAt } from './secret-keeper.ts';

/** Who is called, and with what the call is signed. */
export interface WebhookCallOptions {
  readonly url: string;
  readonly appKey: string;
  readonly secretsAt: SecretsAt;
  readonly now: () => number;
  readonly randomId: () => string;
}

/** Events as a call that is signed with the newest secret, once more for each attempt. */
export const webhookCallOf =
  ({ url, appKey, secretsAt, now, randomId }: WebhookCallOptions) =>
  async (events: readonly WebhookEvent[]): Promise<() => WebhookCall> => {
    const [secret] = await secretsAt(now()).current();
    return () => webhookRequest({ url, appKey, secret, events, nonce: randomId(), timestampMs: now() });
  };
