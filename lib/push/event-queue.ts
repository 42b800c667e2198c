import type { WebhookEvent } from '../protocol/webhook.ts';

/** The queue of events on their way to the app's server. */
export interface EventQueue {
  /**
   * Puts the events in the queue. Keeps the order within a room, and of a user's presence; repeating the same call adds
   * nothing.
   * @throws Error where the queue has not taken all of them.
   */
  put(events: readonly WebhookEvent[]): Promise<void>;
}
