import { wireWebhook } from '../lib/handlers/deps-webhook.ts';
import { webhookHandler } from '../lib/handlers/webhook.ts';

export const handler = webhookHandler(wireWebhook());
