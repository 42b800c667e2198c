import { isEvicted } from '../../domain/eviction.ts';
import type { Member } from '../../domain/member.ts';
import type { Room, StoredMessage } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { type Delivered, type Delivery, type Excluded, postingDelivery } from './delivery.ts';
import { evictMembers } from './end-membership.ts';
import { memberPages } from './member-pages.ts';
import { wireMessage } from './wire-message.ts';

/**
 * What follows the acceptance of a message: one pass over the members with two consumers. Delivery sends the message
 * to all their connections but the sending one; eviction ends the memberships that the message evicts.
 */
export async function followUp(deps: Deps, room: Room, message: StoredMessage, except?: Excluded): Promise<void> {
  const delivery = postingDelivery(deps);
  const delivered: Delivered = { frame: (userId) => frameFor(userId, room, message), except };
  const evicted: Member[] = [];
  try {
    for await (const members of memberPages(deps, room)) {
      // Stored and not pushed: members find the gap and ask for it once distribution is on again.
      if (!room.distributionStopped) await deliver(deps, delivery, room, members, delivered);
      evicted.push(...members.filter((member) => isEvicted(member, room, deps.settings)));
    }
  } catch (fault) {
    // The message is durable: members repair by seq, and the next message finishes the evictions.
    deps.onFault('read the members of a room', fault);
  }
  await evictMembers(deps, evicted);
}

/** A failed delivery does not stop the evictions. */
async function deliver(
  deps: Deps,
  delivery: Delivery,
  room: Room,
  members: readonly Member[],
  delivered: Delivered,
): Promise<void> {
  try {
    await delivery.toMembers(room, members, delivered);
  } catch (fault) {
    deps.onFault('deliver a message', fault);
  }
}

const frameFor = (userId: string, room: Room, message: StoredMessage) =>
  ({
    event: 'messages',
    room: room.roomId,
    roomEpoch: room.epoch,
    messages: [wireMessage(userId, message)],
  }) as const;
