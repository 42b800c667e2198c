import { type Refused, refused } from '../../domain/outcome.ts';
import type { HookQuestion } from '../../protocol/message-hook.ts';
import type { MessageHook } from '../../push/message-hook.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Caller, Deps } from '../deps.ts';

/** The client's message, as far as the hook learns of it. */
type Asked = Pick<HookQuestion, 'room' | 'clientMessageId' | 'type' | 'content'>;

/**
 * Asks the app whether a message may be accepted: undefined = it may. That takes up to the deadline of the deployment, so
 * all that was read before it is old: read it again.
 */
export async function askHook(
  deps: Deps,
  hook: MessageHook,
  { userId, sender }: Caller,
  { device }: Pick<Connection, 'device'>,
  { room, clientMessageId, type, content }: Asked,
): Promise<Refused | undefined> {
  const about = { room, userId, sender, platform: platformOf(device), clientMessageId, type, content };
  // With the content: who keeps answers by id must not let another content pass.
  const id = deps.digest(JSON.stringify([room, userId, clientMessageId, type, content]));
  const verdict = await hook.ask({ id, ...about, atMs: deps.now() });
  if (verdict.kind === 'accepted') return undefined;
  if (verdict.kind === 'refused') {
    const { note } = verdict;
    return refused('refused-by-hook', note === '' ? {} : { note });
  }
  deps.onFault('ask the message hook', new Error(verdict.why));
  return deps.settings.acceptIfHookFails ? undefined : refused('no-hook-answer');
}

/** What comes before the name of the run, where a device has one. */
const platformOf = (device: string): string => device.split('.', 1)[0] ?? device;
