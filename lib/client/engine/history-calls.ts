import { Code } from '../../protocol/codes.ts';
import type { Message } from '../../protocol/message.ts';
import { isCount, isText } from './arguments.ts';
import type { IRCIMIWGetChatRoomMessagesCallback } from './callbacks.ts';
import type { EngineContext } from './engine-context.ts';
import { RCIMIWErrorCode, RCIMIWTimeOrder } from './types.ts';

/** RongCloud's calls for the history of a chatroom. */
export class HistoryCalls {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  /** A page of history: order 0 = older than timestamp, newest first; 1 = newer, oldest first. count 1 to 50. */
  async getChatRoomMessages(
    targetId: string,
    timestamp: number,
    order: RCIMIWTimeOrder,
    count: number,
    callback?: IRCIMIWGetChatRoomMessagesCallback,
  ): Promise<number> {
    const isOrder = order === RCIMIWTimeOrder.BEFORE || order === RCIMIWTimeOrder.AFTER;
    const isTime = Number.isSafeInteger(timestamp) && timestamp >= 0;
    if (!isText(targetId) || !isTime || !isOrder || !isCount(count, 1)) return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number, found: readonly Message[]) => {
      const messages = found.map((message) => this.#engine.messages.toApp(this.#engine.userId, targetId, message));
      const syncTime = Math.max(0, ...messages.map((message) => message.sentTime));
      this.#engine.call(() => {
        if (!callback) this.#engine.listeners.chatRoomMessagesLoaded?.(code, targetId, messages, syncTime);
        else if (code === Code.OK) callback.onSuccess?.(messages);
        else callback.onError?.(code);
      });
    };
    const page = {
      timestampMs: timestamp,
      order: order === RCIMIWTimeOrder.BEFORE ? ('descending' as const) : ('ascending' as const),
      count,
    };
    return this.#engine.inRoom(
      targetId,
      (code) => end(code, []),
      (room) => room.features.history.read(page, end),
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
}
