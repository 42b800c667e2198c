import type { Message } from '../../protocol/message.ts';
import type { RCIMIWMessage, RCIMIWUserInfo } from './types.ts';

/** Those that the server knew and no app has set. */
const known = new WeakSet<object>();

/** What the server knows of a message's sender; what the app has set on the message comes before it. */
export function senderInfo({ sender, senderUserId }: Message): Pick<RCIMIWMessage, 'userInfo'> {
  if (sender === undefined) return {};
  const userInfo: RCIMIWUserInfo = { userId: senderUserId, ...sender };
  known.add(userInfo);
  return { userInfo };
}

/** Who sends a received message on is another sender: it must not say who the first one was. */
export const isSenderInfo = (userInfo: object): boolean => known.has(userInfo);
