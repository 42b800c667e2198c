import type { SentAnswer } from '../protocol/answers.ts';
import { Code } from '../protocol/codes.ts';
import type { Message } from '../protocol/message.ts';
import { isCount, isOfRoom, isSendable, isText, readTextMap } from './arguments.ts';
import type {
  IRCIMIWGetChatRoomMessagesCallback,
  IRCIMIWJoinChatRoomCallback,
  IRCIMIWLeaveChatRoomCallback,
  IRCIMIWRecallMessageCallback,
  RCIMIWSendMessageCallback,
} from './callbacks.ts';
import { EntryCalls } from './entry-calls.ts';
import { newCustomMessage, newTextMessage } from './messages.ts';
import { browserEvents, platformOf } from './platform.ts';
import {
  type RCIMIWConversationType,
  type RCIMIWCustomMessage,
  type RCIMIWCustomMessagePolicy,
  type RCIMIWEngineOptions,
  type RCIMIWMessage,
  RCIMIWReturn,
  RCIMIWSentStatus,
  type RCIMIWTextMessage,
  RCIMIWTimeOrder,
  type TextMap,
} from './types.ts';

const { PARAM_ERROR, ENGINE_DESTROYED } = RCIMIWReturn;

let single: RCIMIWEngine | undefined;

/** The chatroom part of RongCloud's wrapper engine, over Doorman's protocol. */
export class RCIMIWEngine extends EntryCalls {
  /** The engine of this process; a new one only after the former one is destroyed. */
  static create(appKey: string, options: RCIMIWEngineOptions): RCIMIWEngine {
    if (single === undefined || single.isDestroyed) single = createEngine(appKey, options);
    return single;
  }

  async createTextMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string,
    text: string,
  ): Promise<RCIMIWTextMessage> {
    return newTextMessage(this.messages.newOf(this.userId, type, targetId, channelId), text);
  }

  /** A message of the app's own type: 1 to 32 of A-Z a-z 0-9 : _ . - that do not begin with `RC:`. */
  async createCustomMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string,
    policy: RCIMIWCustomMessagePolicy,
    messageIdentifier: string,
    fields: TextMap,
  ): Promise<RCIMIWCustomMessage> {
    const texts = readTextMap(fields);
    if (texts === undefined) throw new TypeError('unable to make the message; its fields must be texts');
    const given = this.messages.newOf(this.userId, type, targetId, channelId);
    return newCustomMessage(given, policy, messageIdentifier, Object.fromEntries(texts));
  }

  /** Sends a message to a chatroom. Sending the same message object again does not store it twice. */
  async sendMessage(message: RCIMIWMessage, callback?: RCIMIWSendMessageCallback): Promise<number> {
    if (this.isDestroyed) return ENGINE_DESTROYED;
    if (!isSendable(message)) return PARAM_ERROR;
    message.sentStatus = RCIMIWSentStatus.SENDING;
    message.senderUserId = this.userId;
    const end = (code: number) => {
      message.sentStatus = code === Code.OK ? RCIMIWSentStatus.SENT : RCIMIWSentStatus.FAILED;
      this.call(() => callback?.onMessageSent?.(code, message));
    };
    const { clientMessageId, objectName: type, content } = message;
    return this.inRoom(message.targetId, end, (room) => {
      this.call(() => callback?.onMessageSaved?.(message));
      const fill = (sent: SentAnswer | undefined) => {
        if (sent === undefined) return;
        message.messageUId = sent.messageId;
        message.sentTime = sent.sentAtMs;
        message.seq = sent.seq;
      };
      const done = (code: number, sent: SentAnswer | undefined) => {
        fill(sent);
        end(code);
      };
      const later = (code: number, sent: SentAnswer | undefined) => {
        fill(sent);
        message.sentStatus = code === Code.OK ? RCIMIWSentStatus.SENT : RCIMIWSentStatus.FAILED;
        this.call(() => this.listeners.messageSent?.(code, message));
      };
      room.send({ clientMessageId, type, content }, done, later);
    });
  }

  /** Recalls one of the user's own messages, sent here or on another device. Its content is gone for all. */
  async recallMessage(message: RCIMIWMessage, callback?: IRCIMIWRecallMessageCallback): Promise<number> {
    if (this.isDestroyed) return ENGINE_DESTROYED;
    if (!isOfRoom(message) || !isText(message.messageUId)) return PARAM_ERROR;
    const end = (code: number) =>
      this.call(() => {
        if (callback) callback.onMessageRecalled?.(code, message);
        else this.listeners.messageRecalled?.(code, message);
      });
    return this.inRoom(message.targetId, end, (room) => room.recall(message.messageUId, end));
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
        if (callback === undefined) this.listeners.chatRoomMessagesLoaded?.(code, targetId, messages, syncTime);
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
}

/** Creates an engine, independent of any other. Only here the platform's own functions come in. */
export function createEngine(_appKey: string, options: RCIMIWEngineOptions): RCIMIWEngine {
  return new RCIMIWEngine({
    server: options.server,
    platform: options.platform ?? platformOf(globalThis),
    platformEvents: options.platformEvents ?? browserEvents(globalThis),
    deafMs: Math.min(3600, Math.max(30, options.deafSec ?? 60)) * 1000,
    Socket: options.WebSocket ?? globalThis.WebSocket,
    timers: options.timers ?? {
      setTimeout: (run, delayMs) => globalThis.setTimeout(run, delayMs),
      clearTimeout: (timer) => globalThis.clearTimeout(timer as number | undefined),
    },
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  });
}
