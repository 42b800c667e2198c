import type { Room, StoredMessage } from '../domain/room.ts';
import { isTailFull } from '../domain/sending.ts';
import { StoreFault } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { kickDue } from './end-membership.ts';
import { type Except, fanOut } from './fan-out.ts';

const DAY_MS = 86_400_000;

/**
 * The write that takes the seq, the time and the content. What earlier messages left in the room's tail goes to the log
 * first and is dropped from the tail by the same write, so a crash at any point loses nothing.
 */
export async function acceptMessage(
  deps: Deps,
  room: Room,
  fence: number | undefined,
  message: Omit<StoredMessage, 'seq' | 'sentAtMs'>,
): Promise<{ readonly room: Room; readonly message: StoredMessage } | 'conflict'> {
  const logged = isTailFull(room.tail) ? room.tail : [];
  if (logged.length > 0) {
    const expiresAtMs = deps.now() + deps.settings.historyRetentionDays * DAY_MS;
    await deps.store.appendLog(room.room, room.epoch, logged, expiresAtMs);
  }
  // Times never decrease in a room, whatever the clocks of two Lambdas say.
  const sentAtMs = Math.max(deps.now(), room.lastMessageAtMs);
  const after = await deps.store.acceptMessage({
    room: room.room,
    epoch: room.epoch,
    fence,
    message: { ...message, sentAtMs },
    logged: logged.map((entry) => entry.messageId),
  });
  if (after === 'conflict') return 'conflict';
  const accepted = after.tail.find((entry) => entry.messageId === message.messageId);
  if (accepted === undefined) throw new StoreFault('unable to accept the message; the room does not hold it');
  return { room: after, message: accepted };
}

/** To everyone in the room but the sending connection; then whoever this message kicked is removed and told of. */
export async function deliver(deps: Deps, room: Room, message: StoredMessage, except?: Except): Promise<void> {
  try {
    const frame = { event: 'messages', room: room.room, roomEpoch: room.epoch, messages: [message] } as const;
    const due = await fanOut(deps, room, frame, except);
    await kickDue(deps, room, due);
  } catch (fault) {
    // The message is durable: members repair by seq, and the next message finishes the kicks.
    deps.onFault('deliver a message', fault);
  }
}
