import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive, type Room, readMessageId, type StoredMessage } from '../domain/room.ts';
import { historyMs } from '../domain/time.ts';
import { SEND_KEPT_MS } from '../domain/turns.ts';
import { Code } from '../protocol/codes.ts';
import type { RoomId } from '../protocol/ids.ts';
import { RECALLED_TYPE } from '../protocol/message.ts';
import type { Caller, Deps } from './deps.ts';
import { memberInTurn } from './steps/check-member.ts';
import { decideOn, keptChanging } from './steps/decide-on.ts';
import { fanOut } from './steps/fan-out.ts';
import { readMessages } from './steps/read-messages.ts';
import { wireMessage } from './steps/wire-message.ts';

export interface Recall {
  readonly room: RoomId;
  readonly messageId: string;
  /** Who recalls it; not always the sender. */
  readonly byUserId: string;
  /** The app's text, for the members who see the recall. */
  readonly extra: string;
  readonly isAdmin: boolean;
  /** The recall leaves no note. */
  readonly isDelete: boolean;
}

type Done = { readonly code: 0 };

/** A recall by the server API: of any message of the room. */
export const recallMessage = async (deps: Deps, recall: Recall): Promise<Outcome<Done>> =>
  recallUnless<never>(deps, recall, await deps.store.getRoom(recall.room), async () => 'taken');

/** A recall by a member: of their own messages. */
export async function recallOwnMessage(
  deps: Deps,
  caller: Caller,
  room: RoomId,
  messageId: string,
): Promise<Outcome<Done>> {
  const recall = { room, messageId, byUserId: caller.userId, extra: '', isAdmin: false, isDelete: false };
  return memberInTurn(deps, caller, room, { action: 'recall' }, (found, turn) =>
    recallUnless(deps, recall, found.room, async (message) => {
      if (message.senderUserId !== caller.userId) return refused('message-of-another-user');
      return message.recalled ? 'taken' : turn.take();
    }),
  );
}

/**
 * Replaces the message by its recalled form and notifies the room; a second recall does neither. `read`: the room as
 * read.
 */
function recallUnless<T>(
  deps: Deps,
  recall: Recall,
  read: Room | undefined,
  permit: (message: StoredMessage) => Promise<'taken' | T>,
): Promise<Outcome<Done> | T> {
  let room = read;
  const attempt = async (): Promise<Outcome<Done> | T | 'conflict'> => {
    if (!isLive(room)) return refused('no-such-room');
    const message = await findMessage(deps, room, recall.messageId);
    if (message === undefined) return refused('no-such-message');
    const permitted = await permit(message);
    if (permitted !== 'taken') return permitted;
    if (message.recalled) return { code: Code.OK };
    const recalled = await replace(deps, room, recalledForm(message, recall, deps.now()));
    if (recalled !== undefined) {
      await notifyRecall(deps, room, recalled);
      return { code: Code.OK };
    }
    room = await deps.store.getRoom(recall.room);
    return 'conflict';
  };
  return decideOn(deps, attempt, keptChanging('recall the message'));
}

async function findMessage(deps: Deps, room: Room, messageId: string): Promise<StoredMessage | undefined> {
  const seq = readMessageId(messageId)?.seq;
  if (seq === undefined) return undefined;
  const range = { afterSeq: seq - 1, beforeSeq: seq + 1, order: 'ascending', limit: 1 } as const;
  const [message] = (await readMessages(deps, room, range)).messages;
  const isThere = message?.messageId === messageId && (message.recalled === true || message.hidden !== true);
  return isThere ? message : undefined;
}

const recalledForm = (
  message: StoredMessage,
  { byUserId, extra, isAdmin, isDelete }: Recall,
  nowMs: number,
): StoredMessage => ({
  ...message,
  // With the content goes what was said of its sender.
  sender: undefined,
  type: RECALLED_TYPE,
  content: JSON.stringify({
    operatorId: byUserId,
    recallTime: nowMs,
    originalObjectName: message.type,
    admin: isAdmin,
    extra,
  }),
  recalled: true,
  ...(isDelete ? { hidden: true as const } : {}),
});

/** Returns what is now at its seq; undefined = it has moved from the tail to the log since. It never moves back. */
async function replace(deps: Deps, room: Room, recalled: StoredMessage): Promise<StoredMessage | undefined> {
  if (room.tail.some(({ seq }) => seq === recalled.seq)) {
    const after = await deps.store.recallInTail(room.roomId, room.epoch, recalled);
    return after?.tail.find(({ seq }) => seq === recalled.seq)?.message;
  }
  // A Lambda may be logging the original concurrently: that row must not outlive this one.
  const expiresAtMs = deps.now() + SEND_KEPT_MS + historyMs(deps.settings);
  await deps.store.appendLog(room.roomId, room.epoch, [recalled], expiresAtMs);
  return recalled;
}

async function notifyRecall(deps: Deps, room: Room, message: StoredMessage): Promise<void> {
  try {
    const { roomId: id, epoch: roomEpoch } = room;
    await fanOut(deps, room, (userId) => {
      return { event: 'recalled', room: id, roomEpoch, message: wireMessage(userId, message) };
    });
  } catch (fault) {
    // The recall is durable: the history has it.
    deps.onFault('notify a recall', fault);
  }
}
