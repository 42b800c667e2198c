import { hasSlot, limitOf, type MessageRank, WINDOW_MS, windowOf, windowsBefore } from '../../domain/quota.ts';
import type { Room } from '../../domain/room.ts';
import { isTailTooLong } from '../../domain/sending.ts';
import { SECOND_MS } from '../../domain/time.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Acceptance } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** How a message is counted in the room's window, or how long until there may be a slot for it. */
export type QuotaSlot =
  | { readonly kind: 'free'; readonly slot: Acceptance['quotaSlot'] }
  | { readonly kind: 'full'; readonly retryAfterMs: number };

/**
 * The room's quota: RongCloud accepts 40 messages in 200 ms, of which types of low priority get no more than half, and
 * allowlisted users half as much again. Types on the message allowlist are not counted. A room whose messages nobody
 * delivers is full for all. `atMs` is the message's time.
 */
export function quotaSlotFor(deps: Deps, room: Room, rank: MessageRank, atMs: number): QuotaSlot {
  if (isTailTooLong(room.tail)) return { kind: 'full', retryAfterMs: SECOND_MS };
  const { roomMessageQuota } = deps.settings;
  const limit = limitOf(rank, roomMessageQuota);
  if (limit === undefined) return { kind: 'free', slot: undefined };
  if (!hasSlot(room, rank, atMs, roomMessageQuota)) return { kind: 'full', retryAfterMs: WINDOW_MS };
  return { kind: 'free', slot: { window: windowOf(atMs), limit, over: windowsBefore(room, atMs) } };
}

/**
 * The rank of a client's message. Reads the lists of types only if they decide: not while even low priority has a slot.
 */
export async function rankOf(deps: Deps, room: Room, user: UserId, type: string, atMs: number): Promise<MessageRank> {
  if (hasSlot(room, 'low', atMs, deps.settings.roomMessageQuota)) return 'low';
  const [allowlisted, low] = await Promise.all([
    deps.store.readSet('allowlisted-types'),
    deps.store.readSet('low-priority-types'),
  ]);
  if (allowlisted.includes(type)) return 'unlimited';
  if (Object.hasOwn(room.allowlistedSince, user)) return 'allowlisted';
  return low.includes(type) ? 'low' : 'normal';
}
