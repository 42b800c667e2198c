import type { WebhookCall, WebhookEvent } from '../protocol/webhook.ts';
import { signedCall, webhookRequest } from '../server-api/webhook.ts';
import type { SecretsAt } from './secret-keeper.ts';

/** Where the call goes, and what signs it. */
export interface WebhookCallOptions {
  readonly url: string;
  readonly appKey: string;
  readonly secretsAt: SecretsAt;
  readonly now: () => number;
  readonly randomId: () => string;
}

/** Makes the call for events, signed with the newest secret; each attempt gets a new signature. */
export const webhookCallOf =
  ({ url, appKey, secretsAt, now, randomId }: WebhookCallOptions) =>
  async (events: readonly WebhookEvent[]): Promise<() => WebhookCall> => {
    const [secret] = await secretsAt(now()).current();
    return () => webhookRequest({ url, appKey, secret, events, nonce: randomId(), timestampMs: now() });
  };

/** Makes the call that asks the app's hook, signed as that of the webhook. */
export const hookCallOf =
  ({ url, appKey, secretsAt, now, randomId }: WebhookCallOptions) =>
  async (content: object): Promise<WebhookCall> => {
    const [secret] = await secretsAt(now()).current();
    return signedCall({ url, appKey, secret, content, nonce: randomId(), timestampMs: now() });
  };
