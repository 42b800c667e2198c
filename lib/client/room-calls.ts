import { MEMBERS_LISTED_MAX } from '../protocol/limits.ts';
import { isText } from './arguments.ts';
import { EntryCalls } from './entry-calls.ts';
import type { IRCIMIWGetChatRoomInfoCallback, RCIMIWChatRoomInfo } from './room-info.ts';
import type { IRCIMIWSendSignalCallback } from './signals.ts';
import { RCIMIWChatRoomMemberOrder, RCIMIWErrorCode } from './types.ts';

const { PARAM_ERROR, ENGINE_DESTROYED } = RCIMIWErrorCode;

/** The calls that RongCloud's wrapper does not have: one of its web SDK, and Doorman's own. */
export class RoomCalls extends EntryCalls {
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
    if (this.isDestroyed) return ENGINE_DESTROYED;
    if (!isText(targetId) || !isText(type) || typeof data !== 'string') return PARAM_ERROR;
    const end = (code: number) => this.call(() => callback?.onSignalSent?.(code));
    return this.inRoom(targetId, end, (room) => room.signal({ type, data }, end));
  }

  /** How many members the room has, and the first or the last of them by the time they joined; count 0 to 20. */
  async getChatRoomInfo(
    targetId: string,
    count: number,
    order: RCIMIWChatRoomMemberOrder,
    callback?: IRCIMIWGetChatRoomInfoCallback,
  ): Promise<number> {
    if (this.isDestroyed) return ENGINE_DESTROYED;
    const isCount = Number.isSafeInteger(count) && count >= 0 && count <= MEMBERS_LISTED_MAX;
    if (!isText(targetId) || !isCount || RCIMIWChatRoomMemberOrder[order] === undefined) return PARAM_ERROR;
    const end = (code: number, info: RCIMIWChatRoomInfo | undefined) =>
      this.call(() => {
        if (!callback) this.listeners.chatRoomInfoLoaded?.(code, targetId, info);
        else if (info === undefined) callback.onError?.(code);
        else callback.onSuccess?.(info);
      });
    const { NONE, DESCENDING } = RCIMIWChatRoomMemberOrder;
    const query = {
      memberCount: order === NONE ? 0 : count,
      order: order === DESCENDING ? ('descending' as const) : ('ascending' as const),
    };
    return this.inRoom(
      targetId,
      (code) => end(code, undefined),
      (room) => room.info(query, end),
    );
  }
}
