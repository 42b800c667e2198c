import type { WebhookEvent } from '../protocol/webhook.ts';

/** Where events wait for the app's server. */
export interface EventQueue {
  /** Keeps the order of the events of a room; an event that is in it already is not put twice. Rejects if one is not in. */
  put(events: readonly WebhookEvent[]): Promise<void>;
}
