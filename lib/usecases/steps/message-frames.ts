import type { Room, StoredMessage } from '../../domain/room.ts';
import { frameBytes } from '../../protocol/frame-size.ts';
import { FRAME_BYTES_MAX } from '../../protocol/limits.ts';
import type { Message } from '../../protocol/message.ts';
import type { MessagesPush } from '../../protocol/push-frames.ts';
import { wireMessage } from './wire-message.ts';

/** The frames that bring messages to a user, in order: the same objects for all who get the same. */
export type FramesFor = (userId: string) => readonly MessagesPush[];

/** No user has this id. */
const NO_USER = '';

/** Puts messages into as few frames as they fit in. One that fits into no frame is left out: a post of it would fail. */
export function messageFrames(room: Room, messages: readonly StoredMessage[]): FramesFor {
  const forAll = framesOf(room, NO_USER, messages);
  const own = new Map<string, readonly MessagesPush[]>();
  for (const { senderUserId, notForSender } of messages) {
    if (notForSender === true) own.set(senderUserId, framesOf(room, senderUserId, messages));
  }
  return (userId) => own.get(userId) ?? forAll;
}

function framesOf({ roomId, epoch }: Room, userId: string, messages: readonly StoredMessage[]): MessagesPush[] {
  const frameWith = (some: readonly Message[]): MessagesPush => ({
    ...{ event: 'messages', room: roomId, roomEpoch: epoch },
    messages: some,
  });
  const emptyBytes = frameBytes(frameWith([]));
  const frames: Message[][] = [];
  let bytes = 0;
  for (const message of messages.map((one) => wireMessage(userId, one))) {
    // And a comma.
    const added = frameBytes(message) + 1;
    if (emptyBytes + added > FRAME_BYTES_MAX) continue;
    const open = frames.at(-1);
    if (open === undefined || bytes + added > FRAME_BYTES_MAX) {
      frames.push([message]);
      bytes = emptyBytes + added;
    } else {
      open.push(message);
      bytes += added;
    }
  }
  return frames.map(frameWith);
}
