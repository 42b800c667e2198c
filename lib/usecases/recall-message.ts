import { isLive, type Room, readMessageId, type StoredMessage } from '../domain/room.ts';
import { historyMs } from '../domain/time.ts';
import { SEND_KEPT_MS } from '../domain/turns.ts';
import { Code } from '../protocol/codes.ts';
import type { RoomId } from '../protocol/ids.ts';
import { RECALLED_TYPE } from '../protocol/message.ts';
import { StoreFault } from '../store/room-store.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { memberInTurn } from './steps/check-member.ts';
import { fanOut } from './steps/fan-out.ts';
import { readMessages } from './steps/read-messages.ts';
import { wireMessage } from './steps/wire-message.ts';

export interface Recall {
  readonly room: RoomId;
  readonly messageId: string;
  /** Who recalls it; not always who sent it. */
  readonly byUserId: string;
  /** The app's text, for those who see the recall. */
  readonly extra: string;
  readonly isAdmin: boolean;
  /** No note is left in its place. */
  readonly isDelete: boolean;
}

type Done = { readonly code: 0 };

/** A recall by the server API: of any message of the room. */
export const recallMessage = async (deps: Deps, recall: Recall): Promise<Done | Refusal> =>
  recallUnless<never>(deps, recall, await deps.store.getRoom(recall.room), async () => 'taken');

/** A recall by a member: of his own messages. */
export async function recallOwnMessage(
  deps: Deps,
  caller: Caller,
  room: RoomId,
  messageId: string,
): Promise<Done | Refusal> {
  const recall = { room, messageId, byUserId: caller.userId, extra: '', isAdmin: false, isDelete: false };
  return memberInTurn(deps, caller, room, { action: 'recall' }, (found, turn) =>
    recallUnless(deps, recall, found.room, async (message) => {
      if (message.senderUserId !== caller.userId)
        return refuse(Code.MESSAGE_OF_ANOTHER_USER, 'unable to recall the message; it is of another user');
      return message.recalled ? 'taken' : turn.take();
    }),
  );
}

/** Puts the recalled message in the place of the message, and tells the room; a second time neither. `read`: the room. */
async function recallUnless<T>(
  deps: Deps,
  recall: Recall,
  read: Room | undefined,
  permit: (message: StoredMessage) => Promise<'taken' | T>,
): Promise<Done | Refusal | T> {
  let room = read;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to recall the message; the room does not exist');
    const message = await findMessage(deps, room, recall.messageId);
    if (message === undefined) return refuse(Code.NO_SUCH_MESSAGE, 'unable to recall the message; it is not there');
    const permitted = await permit(message);
    if (permitted !== 'taken') return permitted;
    if (message.recalled) return { code: Code.OK };
    const recalled = await replace(deps, room, recalledForm(message, recall, deps.now()));
    if (recalled !== undefined) {
      await tell(deps, room, recalled);
      return { code: Code.OK };
    }
    room = await deps.store.getRoom(recall.room);
  }
  throw new StoreFault('unable to recall the message; it kept moving');
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

/** What now stands at its seq; undefined = it has moved from the tail to the log meanwhile. It never moves back. */
async function replace(deps: Deps, room: Room, recalled: StoredMessage): Promise<StoredMessage | undefined> {
  if (room.tail.some(({ seq }) => seq === recalled.seq)) {
    const after = await deps.store.recallInTail(room.roomId, room.epoch, recalled);
    return after?.tail.find(({ seq }) => seq === recalled.seq);
  }
  // Whoever is logging the original still must not make it outlive this.
  const expiresAtMs = deps.now() + SEND_KEPT_MS + historyMs(deps.settings);
  await deps.store.appendLog(room.roomId, room.epoch, [recalled], expiresAtMs);
  return recalled;
}

async function tell(deps: Deps, room: Room, message: StoredMessage): Promise<void> {
  try {
    const { roomId: id, epoch: roomEpoch } = room;
    await fanOut(deps, room, (userId) => {
      return { event: 'recalled', room: id, roomEpoch, message: wireMessage(userId, message) };
    });
  } catch (fault) {
    // The recall is durable: whoever reads the history sees it.
    deps.onFault('tell of a recall', fault);
  }
}
