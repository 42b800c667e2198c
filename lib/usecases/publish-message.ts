import type { RoomId } from '../domain/ids.ts';
import { isLive } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import { acceptMessage, deliver } from './accept-message.ts';
import { ATTEMPTS, type Deps, type Refusal, refuse } from './deps.ts';

export interface Publication {
  readonly room: RoomId;
  readonly fromUserId: string;
  readonly type: string;
  readonly content: string;
  /** Does the user in whose name it is get it too, where he is in the room? */
  readonly includeSender: boolean;
}

/** A message by the server API: bound by no membership, counts like any other, makes nobody online. */
export async function publishMessage(
  deps: Deps,
  publication: Publication,
): Promise<{ readonly seq: number; readonly messageId: string; readonly roomEpoch: string } | Refusal> {
  const messageId = deps.randomId();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const room = await deps.store.getRoom(publication.room);
    if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to publish the message; the room does not exist');
    const after = await acceptMessage(deps, room, undefined, {
      messageId,
      clientMessageId: messageId,
      senderUserId: publication.fromUserId,
      type: publication.type,
      content: publication.content,
    });
    if (after === 'conflict') continue;
    await deliver(deps, after.room, after.message, publication.includeSender ? {} : { userId: publication.fromUserId });
    return { seq: after.message.seq, messageId, roomEpoch: room.epoch };
  }
  return refuse(Code.REQUEST_TOO_FAST, 'unable to publish the message; too much at once', { retryAfterMs: 500 });
}
