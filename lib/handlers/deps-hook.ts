import type { HookQuestion } from '../protocol/message-hook.ts';
import { chance, type DepsAt } from './deps.ts';

/**
 * Deps with the app's hook, where the deployment has one; the same where it has none. No Lambda loads a hook that it does
 * not ask; one that does, loads it while it starts.
 */
export function withHook(depsAt: DepsAt): DepsAt {
  const { MESSAGE_HOOK: address } = process.env;
  if (address === undefined) return depsAt;
  const hook = import('./deps-message-hook.ts').then(({ wireHook }) => wireHook(address, chance));
  const messageHook = { ask: async (question: HookQuestion) => (await hook).ask(question) };
  return (eventMs) => ({ ...depsAt(eventMs), messageHook });
}
