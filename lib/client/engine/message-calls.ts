import type { RefusalAnswer, SentAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import { isOfRoom, isText } from './arguments.ts';
import type {
  IRCIMIWRecallMessageCallback,
  RCIMIWSendMediaMessageListener,
  RCIMIWSendMessageCallback,
} from './callbacks.ts';
import { wireContentOf } from './content.ts';
import type { EngineContext } from './engine-context.ts';
import {
  type DeliveredMessage,
  RCIMIWErrorCode,
  type RCIMIWMediaMessage,
  type RCIMIWMessage,
  RCIMIWMessageBlockType,
  RCIMIWSentStatus,
} from './types.ts';

/** A room or its limits refused the message: these codes are the server's alone. */
const ROOM_REFUSALS = { min: 20_000, max: 29_999 };

/** RongCloud's calls that send and recall messages. */
export class MessageCalls {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  /**
   * Sends a message to a chatroom. Sending the same message object again does not store it twice; with another content
   * it is another message, with a `clientMessageId` of its own. Code 30003: the outcome is not known, and the client
   * sends the message again for two more minutes, until the server decides or the app disconnects;
   * `setOnMessageSentListener` gets that outcome. If the minutes end without one, nothing is called then: the message
   * stays FAILED, and while the user is a member it is not sent again. Was it stored after all, the listener gets 0 when
   * it arrives with the room's messages. Once the user is no member any more, the client asks what became of it, and the
   * listener gets 0 or the refusal.
   */
  async sendMessage(message: RCIMIWMessage, callback?: RCIMIWSendMessageCallback): Promise<number> {
    const wire = isOfRoom(message) ? wireContentOf(message) : undefined;
    if (wire === undefined) return RCIMIWErrorCode.PARAM_ERROR;
    const sending = this.#engine.messages.toSend(this.#engine.userId, message, wire);
    const { clientMessageId, targetId } = sending;
    const endWith =
      (callback: RCIMIWSendMessageCallback | undefined) =>
      (code: number, sent?: SentAnswer, refused?: RefusalAnswer) => {
        if (sent !== undefined) {
          Object.assign(sending, { messageUId: sent.messageId, sentTime: sent.sentAtMs, seq: sent.seq });
        }
        sending.sentStatus = code === Code.OK ? RCIMIWSentStatus.SENT : RCIMIWSentStatus.FAILED;
        this.#reportSent(code, refused, sending, callback);
      };
    const end = endWith(callback);
    return this.#engine.inRoom(targetId, end, (room) => {
      this.#engine.call(() => {
        if (callback) callback.onMessageSaved?.(sending);
        else this.#engine.listeners.messageAttached?.(sending);
      });
      // Later the callback has been called: only the listener learns what became of the message.
      room.send({ clientMessageId, ...wire }, end, endWith(undefined));
    });
  }

  /** Sends a message about a file that the app has uploaded. */
  async sendMediaMessage(message: RCIMIWMediaMessage, listener?: RCIMIWSendMediaMessageListener): Promise<number> {
    return this.sendMessage(
      message,
      listener && {
        onMessageSaved: (saved) => listener.onMediaMessageSaved?.(saved),
        onMessageSent: (code, sent) => listener.onMediaMessageSent?.(code, sent),
      },
    );
  }

  /** Recalls one of the user's own messages, sent here or on another device. Its content is gone for all. */
  async recallMessage(message: RCIMIWMessage, callback?: IRCIMIWRecallMessageCallback): Promise<number> {
    const { targetId, messageUId } = isOfRoom(message) ? message : {};
    if (!isText(targetId) || !isText(messageUId)) return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number) =>
      this.#engine.call(() => {
        if (callback) callback.onMessageRecalled?.(code, message);
        else this.#engine.listeners.messageRecalled?.(code, message);
      });
    return this.#engine.inRoom(targetId, end, (room) => room.features.recall.recall(messageUId, end));
  }

  #reportSent(
    code: number,
    refused: RefusalAnswer | undefined,
    message: DeliveredMessage,
    callback: RCIMIWSendMessageCallback | undefined,
  ): void {
    const { conversationType, targetId, messageId } = message;
    if (code >= ROOM_REFUSALS.min && code <= ROOM_REFUSALS.max) {
      const blocked = { conversationType, targetId, blockedMsgUId: '', extra: refused?.note ?? '', code, messageId };
      const { THIRD_PARTY, UNKNOWN } = RCIMIWMessageBlockType;
      const blockType = code === Code.REFUSED_BY_HOOK ? THIRD_PARTY : UNKNOWN;
      this.#engine.call(() => this.#engine.listeners.messageBlocked?.({ ...blocked, blockType }));
    }
    this.#engine.call(() => {
      if (callback) callback.onMessageSent?.(code, message, refused?.retryAfterMs);
      else this.#engine.listeners.messageSent?.(code, message);
    });
  }
}
