import { isAbandoned, isQuiet } from '../../domain/delivery.ts';
import { isEvicted } from '../../domain/eviction.ts';
import { type Refused, refused } from '../../domain/outcome.ts';
import type { Room } from '../../domain/room.ts';
import { isTailFull } from '../../domain/sending.ts';
import type { ConnectionId } from '../../protocol/ids.ts';
import type { ListedConnection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { deliverJob } from './delivery-job.ts';
import { evictMembers } from './end-membership.ts';
import { lifeOf } from './life-of.ts';
import { logTail } from './log-tail.ts';
import { messageFrames } from './message-frames.ts';
import { connectionsOf, postFrames } from './post-frames.ts';
import { readMessages } from './read-messages.ts';
import { repostLater } from './repost-later.ts';
import { smallRoomMembers } from './small-room-members.ts';

/**
 * What follows the acceptance of a message. In a small and quiet room its Lambda delivers it, so that nothing delays it;
 * in any other the Lambda that delivers does, and the answer to the sender waits for nobody. A failure loses nothing: the
 * lease to deliver stays on the room's row, and once it has lapsed, another Lambda takes it over. `leaseId`: the lease
 * that this acceptance may have taken. `sender`: the connection that gets the answer instead.
 */
export async function deliverAccepted(
  deps: Deps,
  room: Room,
  leaseId: string,
  sender: ConnectionId | undefined,
): Promise<void> {
  try {
    if (room.delivery.lease?.id === leaseId) await deliverOrRing(deps, room, leaseId, sender);
    else await deliverAbandoned(deps, room);
  } catch (fault) {
    deps.onFault('deliver a message', fault);
  }
}

/** Has a delivery continued whose Lambda has died. */
export async function deliverAbandoned(deps: Deps, room: Room): Promise<void> {
  const { lease } = room.delivery;
  if (lease !== undefined && isAbandoned(room, deps.now()))
    await deps.doorbell.ring(deliverJob(lifeOf(room), lease.id));
}

/** Refuses a message of a room that has too many; if that is because its delivery has died, it is continued. */
export async function refuseFlooded(deps: Deps, room: Room, retryAfterMs: number): Promise<Refused> {
  await deliverAbandoned(deps, room);
  return refused('room-flooded', { retryAfterMs });
}

async function deliverOrRing(deps: Deps, room: Room, leaseId: string, sender: ConnectionId | undefined): Promise<void> {
  const job = deliverJob(lifeOf(room), leaseId);
  if (!isQuiet(room, deps.now())) {
    await deps.doorbell.ring(job);
    return;
  }
  const members = await smallRoomMembers(deps, room);
  if (members === undefined) {
    await deps.doorbell.ring({ ...job, isCrowded: true });
    return;
  }
  const deliveredAtMs = deps.now();
  const connections = connectionsOf(members).filter(({ connectionId }) => connectionId !== sender);
  // Stored and not pushed: members find the gap and ask for it once distribution is on again.
  const isDone = room.distributionStopped || (await isPosted(deps, room, connections));
  await evictMembers(
    deps,
    members.filter((member) => isEvicted(member, room, deps.settings)),
  );
  const ended = isDone && (await endDelivery(deps, room, leaseId, deliveredAtMs));
  // Another message has come, one of the tail was recalled, or the message is unread.
  if (!ended) await deps.doorbell.ring(job);
}

async function endDelivery(deps: Deps, room: Room, leaseId: string, deliveredAtMs: number): Promise<boolean> {
  const ended = await deps.store.advanceDelivery({
    ...{ roomId: room.roomId, epoch: room.epoch, leaseId, deliveredAtMs, deliveredSeq: room.seq },
    ...{ crowdedUntilMs: 0, next: undefined },
    logged: isTailFull(room.tail) ? await logTail(deps, room, room.seq) : [],
  });
  return ended !== undefined;
}

/** A message that this Lambda is unable to read must not count as delivered: another one posts it. */
async function isPosted(deps: Deps, room: Room, connections: readonly ListedConnection[]): Promise<boolean> {
  try {
    await post(deps, room, connections);
    return true;
  } catch (fault) {
    deps.onFault('post a message', fault);
    return false;
  }
}

/** Posts all that is not delivered: the message, and at most one before it. */
async function post(deps: Deps, room: Room, connections: readonly ListedConnection[]): Promise<void> {
  if (connections.length === 0) return;
  const range = { afterSeq: room.delivery.deliveredSeq, beforeSeq: room.seq + 1 };
  const { messages } = await readMessages(deps, room, { ...range, order: 'ascending', limit: 2 });
  const failed = await postFrames(deps, room.roomId, connections, messageFrames(room, messages));
  await repostLater(deps, room, failed, range);
}
