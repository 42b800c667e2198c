import type { UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { putBroadcast } from './steps/continue-broadcast.ts';

export interface BroadcastRequest {
  readonly fromUserId: UserId;
  readonly type: string;
  readonly content: string;
  /** Does the user it is sent as get it too? */
  readonly includeSender: boolean;
}
/** A message to everyone who is in a room now. It is in no history, has no seq, keeps no room alive and evicts nobody. */
export async function broadcastMessage(deps: Deps, request: BroadcastRequest): Promise<{ readonly id: string }> {
  const id = deps.randomId();
  await putBroadcast(deps, { id, ...request, sentAtMs: deps.now(), afterRoom: '', rest: [] }, 'continue');
  return { id };
}
