import { isRefused, refused } from '../domain/outcome.ts';
import { MINUTE_MS } from '../domain/time.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from '../usecases/deps.ts';
import { type Publication, publishMessage } from '../usecases/publish-message.ts';
import { forgetNonce, useNonce } from '../usecases/use-nonce.ts';
import { badParameter, RefusedCall } from './refused-call.ts';
import { served } from './served.ts';

/** Publishes to one room, and returns the message's id; `done`: what a refusal reports besides. */
export async function publishTo(
  deps: Deps,
  room: RoomId,
  publication: Omit<Publication, 'room'>,
  done: Readonly<Record<string, unknown>>,
): Promise<string> {
  const outcome = await publishMessage(deps, { room, ...publication });
  const named = isRefused(outcome) ? refused(outcome.reason, { why: `${outcome.why} (${room})` }) : outcome;
  return served(named, 'publish the message', done).messageId;
}

/**
 * Sends unless this sender has used the number within the last minute. A call that was refused and has sent nothing
 * does not count, so the caller may repeat it unchanged; one whose outcome is unknown does.
 */
export async function onceAMinute<T>(
  deps: Deps,
  sent: { readonly by: 'publish' | 'broadcast'; readonly fromUserId: string; readonly msgRandom: string | undefined },
  send: () => Promise<T>,
): Promise<T> {
  if (sent.msgRandom === undefined) return send();
  const nonce = `${sent.by}/${sent.fromUserId}/${sent.msgRandom}`;
  if (!(await useNonce(deps, nonce, deps.now() + MINUTE_MS))) {
    throw badParameter('unable to send the message; msgRandom was used by this sender within the last minute');
  }
  try {
    return await send();
  } catch (fault) {
    const isUnsent = fault instanceof RefusedCall && Object.keys(fault.more).length === 0;
    if (isUnsent) await forgetNonce(deps, nonce);
    throw fault;
  }
}
