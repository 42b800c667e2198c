import type { WebhookCall, WebhookEvent } from '../protocol/webhook.ts';

/** What we read of a batch of the webhook's queue. */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

export interface QueueResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** What a delivery needs: the signed call for some events, and how to make it. */
export interface WebhookDeps {
  readonly callOf: (events: readonly WebhookEvent[]) => Promise<() => WebhookCall>;
  readonly post: (callAt: () => WebhookCall) => Promise<void>;
  readonly onFault: (what: string, fault: unknown) => void;
}

/**
 * Delivers a batch of the queue as one call of the app's server, in the queue's order. If that fails, the whole batch
 * stays in the queue and returns after its visibility timeout; what fails for too long goes to the dead-letter queue.
 */
export function webhookHandler({ callOf, post, onFault }: WebhookDeps) {
  return async ({ Records }: QueueEvent): Promise<QueueResult> => {
    try {
      await post(await callOf(Records.flatMap(({ body }) => JSON.parse(body) as readonly WebhookEvent[])));
      return { batchItemFailures: [] };
    } catch (fault) {
      onFault('deliver events', fault);
      return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }
  };
}
