import type { MessageRank } from '../domain/quota.ts';
import { isLive } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import type { RoomId } from '../protocol/ids.ts';
import { ATTEMPTS, type Deps, type Refusal, refuse } from './deps.ts';
import { acceptMessage, sendTime } from './steps/accept-message.ts';
import { followUp } from './steps/follow-up.ts';
import { quotaSlotFor } from './steps/quota-slot.ts';

export interface Publication {
  readonly room: RoomId;
  readonly fromUserId: string;
  readonly type: string;
  readonly content: string;
  /** Does the user in whose name it is get it too, where he is in the room? */
  readonly includeSender: boolean;
  readonly rank: MessageRank;
  /** false: it is pushed, takes a seq, and is in no history. */
  readonly isKept: boolean;
}

/** A message by the server API: bound by no membership and no mute, counts like any other, makes nobody online. */
export async function publishMessage(
  deps: Deps,
  publication: Publication,
): Promise<{ readonly seq: number; readonly messageId: string; readonly roomEpoch: string } | Refusal> {
  const id = deps.randomId();
  const { fromUserId: senderUserId, type, content, rank } = publication;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const room = await deps.store.getRoom(publication.room);
    if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to publish the message; the room does not exist');
    const sentAtMs = sendTime(deps, room);
    const place = quotaSlotFor(deps, room, rank, sentAtMs);
    if (place.kind === 'full') {
      const { retryAfterMs } = place;
      return refuse(Code.SEND_TOO_FAST, 'unable to publish the message; the room is flooded', { retryAfterMs });
    }
    // They get it all the same, for its seq: else their client would take it for lost and ask for it.
    const notForSender = publication.includeSender ? {} : { notForSender: true as const };
    const transient = publication.isKept ? {} : { transient: true as const };
    const message = { id, clientMessageId: id, senderUserId, type, content, sentAtMs, ...notForSender, ...transient };
    const after = await acceptMessage(deps, room, {
      message,
      sendPermissionVersion: undefined,
      quotaSlot: place.place,
    });
    if (after.kind === 'conflict') continue;
    await followUp(deps, after.room, after.message);
    return { seq: after.message.seq, messageId: after.message.messageId, roomEpoch: room.epoch };
  }
  return refuse(Code.REQUEST_TOO_FAST, 'unable to publish the message; too much at once', { retryAfterMs: 500 });
}
