import type { Answer, InfoAnswer } from '../protocol/answers.ts';
import type { InfoFrame } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import type { Operation } from './operation.ts';

/** Who is in a room, as RongCloud's web SDK has it. Times in ms. */
export interface RCIMIWChatRoomInfo {
  targetId: string;
  /** How many members the room has; where `isComplete` is false, at least so many. */
  userCount: number;
  /** Those who joined first, or last; none where `isComplete` is false. */
  userInfos: { id: string; time: number }[];
  /** false: the room is too large to be counted for a client. */
  isComplete: boolean;
}

export interface IRCIMIWGetChatRoomInfoCallback {
  onSuccess?: (info: RCIMIWChatRoomInfo) => void;
  onError?: (code: number) => void;
}

/** What the app asks for. */
export type InfoQuery = Pick<InfoFrame, 'memberCount' | 'order'>;
/** `info` is there if the code is 0. */
export type InfoRead = (code: number, info: RCIMIWChatRoomInfo | undefined) => void;

/** Asks the server: what it answers is true then, whatever the client has missed. */
export const infoOperation = (room: string, query: InfoQuery, settle: (answer: Answer) => void): Operation => ({
  kind: 'info',
  frameOf: (id) => ({ action: 'info', id, room, ...query }),
  settle,
});

export function toRoomInfo(answer: Answer): RCIMIWChatRoomInfo | undefined {
  if (answer.code !== Code.OK) return undefined;
  const { room, total, members, more } = answer as InfoAnswer;
  return {
    targetId: room,
    userCount: total,
    userInfos: members.map(({ userId, joinedAtMs }) => ({ id: userId, time: joinedAtMs })),
    isComplete: more !== true,
  };
}
