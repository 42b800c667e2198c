import type { InfoAnswer } from '../../protocol/answers.ts';
import { MEMBERS_LISTED_MAX } from '../../protocol/limits.ts';
import { isCount, isText } from './arguments.ts';
import type {
  IRCIMIWGetChatRoomInfoCallback,
  IRCIMIWJoinChatRoomCallback,
  IRCIMIWLeaveChatRoomCallback,
  IRCIMIWSendSignalCallback,
} from './callbacks.ts';
import type { EngineContext } from './engine-context.ts';
import { type RCIMIWChatRoomInfo, RCIMIWChatRoomMemberOrder, RCIMIWErrorCode } from './types.ts';

/** RongCloud's calls that join and leave a chatroom, one of its web SDK that says who is in it, and signals. */
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

  /** How many members the room has, and the first or the last of them by the time they joined; count 0 to 20. */
  async getChatRoomInfo(
    targetId: string,
    count: number,
    order: RCIMIWChatRoomMemberOrder,
    callback?: IRCIMIWGetChatRoomInfoCallback,
  ): Promise<number> {
    const isInRange = Number.isSafeInteger(count) && count >= 0 && count <= MEMBERS_LISTED_MAX;
    if (!isText(targetId) || !isInRange || RCIMIWChatRoomMemberOrder[order] === undefined)
      return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number, answer: InfoAnswer | undefined) => {
      const info = answer && toRoomInfo(answer);
      this.#engine.call(() => {
        if (!callback) this.#engine.listeners.chatRoomInfoLoaded?.(code, targetId, info);
        else if (info === undefined) callback.onError?.(code);
        else callback.onSuccess?.(info);
      });
    };
    const { NONE, DESCENDING } = RCIMIWChatRoomMemberOrder;
    const query = {
      memberCount: order === NONE ? 0 : count,
      order: order === DESCENDING ? ('descending' as const) : ('ascending' as const),
    };
    return this.#engine.inRoom(
      targetId,
      (code) => end(code, undefined),
      (room) => room.features.info.read(query, end),
    );
  }

  /**
   * Signals something fleeting to the other members who are connected now: typing, a cursor, a reaction. type: 1 to 32
   * of A-Z a-z 0-9 : _ . - ; data: at most 512 bytes as a JSON string. Only members, while they are online and not muted.
   */
  async sendSignal(
    targetId: string,
    type: string,
    data: string,
    callback?: IRCIMIWSendSignalCallback,
  ): Promise<number> {
    if (!isText(targetId) || !isText(type) || typeof data !== 'string') return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number) => this.#engine.call(() => callback?.onSignalSent?.(code));
    return this.#engine.inRoom(targetId, end, (room) => room.features.signals.send({ type, data }, end));
  }
}

const toRoomInfo = ({ room, total, members, more }: InfoAnswer): RCIMIWChatRoomInfo => ({
  targetId: room,
  userCount: total,
  userInfos: members.map(({ userId, joinedAtMs, sender }) => ({ id: userId, time: joinedAtMs, ...sender })),
  isComplete: more !== true,
});
