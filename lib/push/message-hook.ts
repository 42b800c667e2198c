import type { HookQuestion, HookVerdict } from '../protocol/message-hook.ts';

/** The app's say before a message of a client is accepted. */
export interface MessageHook {
  /** Takes no longer than the deadline of the deployment, and never rejects. */
  ask(question: HookQuestion): Promise<HookVerdict>;
}
