import type { SentAnswer } from '../protocol/answers.ts';
import { Code } from '../protocol/codes.ts';
import type { Message } from '../protocol/message.ts';
import { isCount, isOfRoom, isText, readTextMap } from './arguments.ts';
import type {
  IRCIMIWGetChatRoomMessagesCallback,
  IRCIMIWJoinChatRoomCallback,
  IRCIMIWLeaveChatRoomCallback,
  IRCIMIWRecallMessageCallback,
  RCIMIWSendMediaMessageListener,
  RCIMIWSendMessageCallback,
} from './callbacks.ts';
import { checkAddress, checkAppKey, checkDeafMs, checkSocket } from './configuration.ts';
import { wireContentOf } from './content.ts';
import { type MessageDraft, newMessage } from './messages.ts';
import { browserEvents, platformOf } from './platform.ts';
import { RoomCalls } from './room-calls.ts';
import { TokenSource } from './token-source.ts';
import {
  type DeliveredMessage,
  type RCIMIWConversationType,
  type RCIMIWCustomMessage,
  type RCIMIWCustomMessagePolicy,
  type RCIMIWEngineOptions,
  RCIMIWErrorCode,
  type RCIMIWFileMessage,
  type RCIMIWImageMessage,
  type RCIMIWMediaMessage,
  type RCIMIWMessage,
  RCIMIWMessageBlockType,
  RCIMIWMessageType,
  RCIMIWSentStatus,
  type RCIMIWTextMessage,
  RCIMIWTimeOrder,
  type RCIMIWVoiceMessage,
  type TextMap,
} from './types.ts';

const { PARAM_ERROR, ENGINE_DESTROYED } = RCIMIWErrorCode;

/** A room or its limits refused the message: these codes are the server's alone. */
const ROOM_REFUSALS = { min: 20_000, max: 29_999 };

let single: RCIMIWEngine | undefined;

/** The chatroom part of RongCloud's wrapper engine, over Doorman's protocol. */
export class RCIMIWEngine extends RoomCalls {
  /** The engine of this process; a new one only after the former one is destroyed. */
  static create(appKey: string, options: RCIMIWEngineOptions = {}): RCIMIWEngine {
    if (single === undefined || single.isDestroyed) single = createEngine(appKey, options);
    return single;
  }

  async createTextMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    text: string,
  ): Promise<DeliveredMessage<RCIMIWTextMessage>> {
    return newMessage<RCIMIWTextMessage>(this.#draft(type, targetId, channelId), RCIMIWMessageType.TEXT, { text });
  }

  /** path: the URL of the image, which the app has uploaded. Before sending, the app may set a thumbnail. */
  async createImageMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    path: string,
  ): Promise<DeliveredMessage<RCIMIWImageMessage>> {
    const draft = this.#draft(type, targetId, channelId);
    return newMessage<RCIMIWImageMessage>(draft, RCIMIWMessageType.IMAGE, { local: '', remote: path });
  }

  /** path: the URL of the file, which the app has uploaded. Before sending, the app may set `fileType` and `size`. */
  async createFileMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    path: string,
  ): Promise<DeliveredMessage<RCIMIWFileMessage>> {
    const fields = { local: '', remote: path, name: nameIn(path) };
    return newMessage<RCIMIWFileMessage>(this.#draft(type, targetId, channelId), RCIMIWMessageType.FILE, fields);
  }

  /** path: the URL of the recording, which the app has uploaded. duration in seconds. */
  async createVoiceMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    path: string,
    duration: number,
  ): Promise<DeliveredMessage<RCIMIWVoiceMessage>> {
    const fields = { local: '', remote: path, duration };
    return newMessage<RCIMIWVoiceMessage>(this.#draft(type, targetId, channelId), RCIMIWMessageType.VOICE, fields);
  }

  /** A message of the app's own type: 1 to 32 of A-Z a-z 0-9 : _ . - that do not begin with `RC:`. */
  async createCustomMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    policy: RCIMIWCustomMessagePolicy,
    messageIdentifier: string,
    fields: TextMap,
  ): Promise<DeliveredMessage<RCIMIWCustomMessage>> {
    const texts = readTextMap(fields);
    // What is not of texts is refused by `sendMessage`, which has a code for it.
    const given = texts === undefined ? (fields as Record<string, string>) : Object.fromEntries(texts);
    const custom = { identifier: messageIdentifier, policy, fields: given };
    return newMessage<RCIMIWCustomMessage>(this.#draft(type, targetId, channelId), RCIMIWMessageType.CUSTOM, custom);
  }

  /** Sends a message to a chatroom. Sending the same message object again does not store it twice. */
  async sendMessage(message: RCIMIWMessage, callback?: RCIMIWSendMessageCallback): Promise<number> {
    if (this.isDestroyed) return ENGINE_DESTROYED;
    const wire = isOfRoom(message) ? wireContentOf(message) : undefined;
    if (wire === undefined) return PARAM_ERROR;
    const sending = this.messages.toSend(this.userId, message, wire);
    const { clientMessageId, targetId } = sending;
    const settle = (code: number, sent: SentAnswer | undefined) => {
      if (sent !== undefined) {
        Object.assign(sending, { messageUId: sent.messageId, sentTime: sent.sentAtMs, seq: sent.seq });
      }
      sending.sentStatus = code === Code.OK ? RCIMIWSentStatus.SENT : RCIMIWSentStatus.FAILED;
    };
    const end = (code: number, sent?: SentAnswer) => {
      settle(code, sent);
      this.#reportSent(code, sending, callback);
    };
    // The callback has been called: only the listener learns what became of the message.
    const endLater = (code: number, sent: SentAnswer | undefined) => {
      settle(code, sent);
      this.#reportSent(code, sending, undefined);
    };
    return this.inRoom(targetId, end, (room) => {
      this.call(() => {
        if (callback) callback.onMessageSaved?.(sending);
        else this.listeners.messageAttached?.(sending);
      });
      room.send({ clientMessageId, ...wire }, end, endLater);
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
    if (this.isDestroyed) return ENGINE_DESTROYED;
    const { targetId, messageUId } = isOfRoom(message) ? message : {};
    if (!isText(targetId) || !isText(messageUId)) return PARAM_ERROR;
    const end = (code: number) =>
      this.call(() => {
        if (callback) callback.onMessageRecalled?.(code, message);
        else this.listeners.messageRecalled?.(code, message);
      });
    return this.inRoom(targetId, end, (room) => room.recall(messageUId, end));
  }

  /** messageCount: -1 = none, 0 = 10, at most 50. autoCreate: creates the room if it does not exist. */
  async joinChatRoom(
    targetId: string,
    messageCount: number,
    autoCreate: boolean,
    callback?: IRCIMIWJoinChatRoomCallback,
  ): Promise<number> {
    if (this.isDestroyed) return ENGINE_DESTROYED;
    if (!isText(targetId) || !isCount(messageCount, -1) || typeof autoCreate !== 'boolean') return PARAM_ERROR;
    const end = (code: number) =>
      this.call(() => {
        if (callback) callback.onChatRoomJoined?.(code, targetId);
        else this.listeners.chatRoomJoined?.(code, targetId);
      });
    return this.inRoom(targetId, end, (room) => room.join({ messageCount, autoCreate }, end));
  }

  async leaveChatRoom(targetId: string, callback?: IRCIMIWLeaveChatRoomCallback): Promise<number> {
    if (this.isDestroyed) return ENGINE_DESTROYED;
    if (!isText(targetId)) return PARAM_ERROR;
    const end = (code: number) =>
      this.call(() => {
        if (callback) callback.onChatRoomLeft?.(code, targetId);
        else this.listeners.chatRoomLeft?.(code, targetId);
      });
    return this.inRoom(targetId, end, (room) => room.leave(end));
  }

  /** A page of history: order 0 = older than timestamp, newest first; 1 = newer, oldest first. count 1 to 50. */
  async getChatRoomMessages(
    targetId: string,
    timestamp: number,
    order: RCIMIWTimeOrder,
    count: number,
    callback?: IRCIMIWGetChatRoomMessagesCallback,
  ): Promise<number> {
    if (this.isDestroyed) return ENGINE_DESTROYED;
    const isOrder = order === RCIMIWTimeOrder.BEFORE || order === RCIMIWTimeOrder.AFTER;
    const isTime = Number.isSafeInteger(timestamp) && timestamp >= 0;
    if (!isText(targetId) || !isTime || !isOrder || !isCount(count, 1)) return PARAM_ERROR;
    const end = (code: number, found: readonly Message[]) => {
      const messages = found.map((message) => this.messages.toApp(this.userId, targetId, message));
      const syncTime = Math.max(0, ...messages.map((message) => message.sentTime));
      this.call(() => {
        if (!callback) this.listeners.chatRoomMessagesLoaded?.(code, targetId, messages, syncTime);
        else if (code === Code.OK) callback.onSuccess?.(messages);
        else callback.onError?.(code);
      });
    };
    const page = {
      timestampMs: timestamp,
      order: order === RCIMIWTimeOrder.BEFORE ? ('descending' as const) : ('ascending' as const),
      count,
    };
    return this.inRoom(
      targetId,
      (code) => end(code, []),
      (room) => room.history(page, end),
    );
  }

  /** @deprecated `getChatRoomMessages` with a callback. */
  async loadChatRoomMessages(
    targetId: string,
    timestamp: number,
    order: RCIMIWTimeOrder,
    count: number,
  ): Promise<number> {
    return this.getChatRoomMessages(targetId, timestamp, order, count);
  }

  #draft(type: RCIMIWConversationType, targetId: string, channelId: string | null): MessageDraft {
    return this.messages.newOf(this.userId, type, targetId, channelId ?? '');
  }

  #reportSent(code: number, message: DeliveredMessage, callback: RCIMIWSendMessageCallback | undefined): void {
    const { conversationType, targetId, messageId } = message;
    if (code >= ROOM_REFUSALS.min && code <= ROOM_REFUSALS.max) {
      const blocked = { conversationType, targetId, blockedMsgUId: '', extra: '', code, messageId };
      this.call(() => this.listeners.messageBlocked?.({ ...blocked, blockType: RCIMIWMessageBlockType.UNKNOWN }));
    }
    this.call(() => {
      if (callback) callback.onMessageSent?.(code, message);
      else this.listeners.messageSent?.(code, message);
    });
  }
}

/** The last part of a path or an address. */
const nameIn = (path: unknown): string =>
  typeof path === 'string' ? (path.split(/[?#]/)[0]?.split('/').at(-1) ?? '') : '';

/**
 * Creates an engine, independent of any other. Only here the platform's own functions come in. An empty app key is not
 * compared with the token's. Throws a `ClientConfigurationError` where the engine could never connect.
 */
export function createEngine(appKey: string, options: RCIMIWEngineOptions = {}): RCIMIWEngine {
  const now = options.now ?? Date.now;
  return new RCIMIWEngine({
    appKey: checkAppKey(appKey),
    tokens: new TokenSource(now),
    server: checkAddress(options.server ?? options.naviServer),
    platform: options.platform ?? platformOf(globalThis),
    platformEvents: options.platformEvents ?? browserEvents(globalThis),
    Socket: checkSocket(options.WebSocket ?? globalThis.WebSocket),
    deafMs: checkDeafMs(options.deafSec),
    timers: options.timers ?? {
      setTimeout: (run, delayMs) => globalThis.setTimeout(run, delayMs),
      clearTimeout: (timer) => globalThis.clearTimeout(timer as number | undefined),
    },
    random: options.random ?? Math.random,
    now,
  });
}
