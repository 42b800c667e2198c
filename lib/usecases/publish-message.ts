import { type Outcome, type Refused, refused } from '../domain/outcome.ts';
import type { MessageRank } from '../domain/quota.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { acceptMessage, sendTime } from './steps/accept-message.ts';
import { decideOn, tooMuchAtOnce } from './steps/decide-on.ts';
import { deliverAccepted, refuseFlooded } from './steps/deliver-accepted.ts';
import { quotaSlotFor } from './steps/quota-slot.ts';

export interface Publication {
  readonly room: RoomId;
  readonly fromUserId: string;
  readonly type: string;
  readonly content: string;
  /** Does the user it is sent as get it too, if they are in the room? */
  readonly includeSender: boolean;
  readonly rank: MessageRank;
  /** false: it is pushed and takes a seq, but is in no history. */
  readonly isKept: boolean;
}

type Published = { readonly seq: number; readonly messageId: string; readonly roomEpoch: string };

/** A message by the server API: membership and mutes do not apply. It counts like any other and brings no user online. */
export function publishMessage(deps: Deps, publication: Publication): Promise<Outcome<Published>> {
  const id = deps.randomId();
  return decideOn<Outcome<Published>, Refused>(deps, () => publishOnce(deps, publication, id), tooMuchAtOnce);
}

async function publishOnce(deps: Deps, publication: Publication, id: string): Promise<Outcome<Published> | 'conflict'> {
  const { fromUserId: senderUserId, type, content, rank } = publication;
  const room = await deps.store.getRoom(publication.room);
  if (!isLive(room)) return refused('no-such-room');
  const sentAtMs = sendTime(deps, room);
  const slot = quotaSlotFor(deps, room, rank, sentAtMs);
  if (slot.kind === 'full') return refuseFlooded(deps, room, slot.retryAfterMs);
  // The sender's clients get it too, for its seq: otherwise they would take it for lost and ask for it.
  const notForSender = publication.includeSender ? {} : { notForSender: true as const };
  const transient = publication.isKept ? {} : { transient: true as const };
  const message = { id, clientMessageId: id, senderUserId, type, content, sentAtMs, ...notForSender, ...transient };
  const accepted = await acceptMessage(deps, room, { message, sendPermissionVersion: undefined, quotaSlot: slot.slot });
  if (accepted === 'conflict') return 'conflict';
  await deliverAccepted(deps, accepted.room, accepted.leaseId, undefined);
  const { seq, messageId } = accepted.message;
  return { seq, messageId, roomEpoch: room.epoch };
}
