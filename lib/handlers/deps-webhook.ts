import { postWebhook } from '../push/webhook.ts';
import { readSettings, required } from './deps-environment.ts';
import { wireSecrets } from './deps-secret.ts';
import { onFault } from './fault.ts';
import type { WebhookDeps } from './webhook.ts';
import { webhookCallOf } from './webhook-call.ts';

/** RongCloud's limits: 5 s for an answer, two more tries. */
const POSTING = { timeoutMs: 5000, attempts: 3 };

/** Wires the webhook with the clock, chance and network of this machine. */
export function wireWebhook(): WebhookDeps {
  const { appKey } = readSettings();
  const clockAndChance = { now: Date.now, randomId: () => crypto.randomUUID() };
  return {
    callOf: webhookCallOf({ url: required('WEBHOOK_URL'), appKey, secretsAt: wireSecrets(), ...clockAndChance }),
    post: (callAt) => postWebhook(callAt, { ...POSTING, fetch }),
    onFault,
  };
}
