import { postWebhook } from '../push/webhook.ts';
import { webhookRequest } from '../server-api/webhook.ts';
import { readSettings } from './deps-environment.ts';
import { secretReader } from './deps-secret.ts';
import { onFault } from './fault.ts';
import type { WebhookDeps } from './webhook.ts';

/** RongCloud's limits: 5 s for an answer, two more tries. */
const POSTING = { timeoutMs: 5000, attempts: 3 };

/** Wires the webhook with the clock, chance and network of this machine. */
export function wireWebhook(): WebhookDeps {
  const { webhookUrl: url, appKey } = readSettings();
  const secretAt = secretReader();
  return {
    callOf: async (events) => {
      const { secrets } = await secretAt(Date.now());
      const [secret = ''] = secrets;
      return () => webhookRequest({ url, appKey, secret, events, nonce: crypto.randomUUID(), timestampMs: Date.now() });
    },
    post: (callAt) => postWebhook(callAt, { ...POSTING, fetch }),
    onFault,
  };
}
