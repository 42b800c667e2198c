import { isCount, isText } from './arguments.ts';
import type { IRCIMIWJoinChatRoomCallback, IRCIMIWLeaveChatRoomCallback } from './callbacks.ts';
import type { EngineContext } from './engine-context.ts';
import { RCIMIWErrorCode } from './types.ts';

/** RongCloud's calls that join and leave a chatroom. */
export class RoomCalls {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  /** messageCount: -1 = none, 0 = 10, at most 50. autoCreate: creates the room if it does not exist. */
  async joinChatRoom(
    targetId: string,
    messageCount: number,
    autoCreate: boolean,
    callback?: IRCIMIWJoinChatRoomCallback,
  ): Promise<number> {
    if (!isText(targetId) || !isCount(messageCount, -1) || typeof autoCreate !== 'boolean')
      return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number) =>
      this.#engine.call(() => {
        if (callback) callback.onChatRoomJoined?.(code, targetId);
        else this.#engine.listeners.chatRoomJoined?.(code, targetId);
      });
    return this.#engine.inRoom(targetId, end, (room) => room.join({ messageCount, autoCreate }, end));
  }

  async leaveChatRoom(targetId: string, callback?: IRCIMIWLeaveChatRoomCallback): Promise<number> {
    if (!isText(targetId)) return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number) =>
      this.#engine.call(() => {
        if (callback) callback.onChatRoomLeft?.(code, targetId);
        else this.#engine.listeners.chatRoomLeft?.(code, targetId);
      });
    return this.#engine.inRoom(targetId, end, (room) => room.leave(end));
  }
}
