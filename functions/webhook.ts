import { wireWebhook } from '../lib/handlers/deps-webhook.ts';
import { logged } from '../lib/handlers/log-context.ts';
import { webhookHandler } from '../lib/handlers/webhook.ts';

export const handler = logged(webhookHandler(wireWebhook()));
