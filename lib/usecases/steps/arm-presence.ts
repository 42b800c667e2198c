import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';

/** Has the sweep check whether the user is online once a change has lasted for the delay, where the app wants to know. */
export async function armPresence({ store, settings }: Deps, userId: UserId, changedAtMs: number): Promise<void> {
  const { presenceDelayMs } = settings;
  if (presenceDelayMs > 0) await store.arm(changedAtMs + presenceDelayMs, [{ kind: 'presence', userId }]);
}

/** The same after a connection has ended. What fails is reported: the last check of the connection checks the user too. */
export async function armPresenceAfterEnd(deps: Deps, userId: UserId, endedAtMs: number): Promise<void> {
  try {
    await armPresence(deps, userId, endedAtMs);
  } catch (fault) {
    deps.onFault('arm the check whether a user is online', fault);
  }
}
