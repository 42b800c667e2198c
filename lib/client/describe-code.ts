import { Code } from '../protocol/codes.ts';
import { READER_TOO_SLOW } from './chat/chat-error.ts';
import { CLIENT_CLOSED } from './core/client-closed.ts';

/** The codes that no server sends besides those of the protocol. */
type OwnCode = typeof READER_TOO_SLOW | typeof CLIENT_CLOSED;

/** A function, so that bundlers see that nothing happens where no app asks. */
const sentences = (): Readonly<Record<Code | OwnCode, string>> => ({
  [Code.OK]: 'done',
  [Code.UNKNOWN]: 'the outcome is not known: do it again, a message with the same object',
  [Code.SEND_TOO_FAST]: 'the user sends faster than they may, or than the room takes',
  [Code.REQUEST_TOO_FAST]:
    'the user does this more often than they may, is in as many rooms as they may be, or the room is too large',
  [Code.SLOW_MODE]: 'the room is in slow mode, and the user has sent a message too recently: wait',
  [Code.NOT_A_MEMBER]: 'the user is not in the room, or not on this connection: join it first',
  [Code.MUTED]: 'the user, or the room, is muted for now',
  [Code.BLOCKED]: 'the user is blocked in the room for now',
  [Code.NO_SUCH_ROOM]: 'the room does not exist: create it, or join with autoCreate',
  [Code.ROOM_FULL]: 'the room has as many members as it may have',
  [Code.BAD_ARGUMENT]: 'an argument is wrong',
  [Code.TOO_MANY_ENTRIES]: 'the room has as many entries as it may have',
  [Code.ENTRY_OF_ANOTHER_USER]: 'another user has set this entry: use overwrite or force',
  [Code.NO_SUCH_ENTRY]: 'the room has no entry of this key',
  [Code.ENTRIES_DONE_IN_PART]: 'some entries were not set or removed: the errors say which',
  [Code.TOO_MANY_ENTRIES_AT_ONCE]: 'more than 10 entries or keys in one call',
  [Code.NO_SUCH_MESSAGE]: 'the message to be recalled is not there',
  [Code.MESSAGE_OF_ANOTHER_USER]: 'another user sent the message to be recalled',
  [Code.REFUSED_BY_HOOK]: "the app's own server refused the message, or did not answer when asked",
  [Code.DISCONNECTED]: 'the connection has ended: connect again',
  [Code.UNAVAILABLE]: 'nothing was sent in time, because there was no connection or an earlier call came first',
  [Code.NO_ANSWER]: 'the server did not answer in time: the outcome is not known',
  [Code.SOCKET_NOT_CREATED]:
    'this runtime has no WebSocket, or opens none to this address: a page of https needs wss, and no policy against it',
  [Code.CONTENT_TOO_LONG]: 'the content of the message, or the whole frame, is too long',
  [Code.APP_KEY_INCORRECT]: 'the token is of another app than the app key of the client',
  [Code.TOKEN_INCORRECT]: 'the token is no token of this app: it is no JWT, or signed with another secret',
  [Code.USER_BLOCKED]: 'the user is blocked everywhere and may not connect',
  [Code.KICKED_BY_OTHER_DEVICE]: 'another device of the same platform has connected as this user',
  [Code.BLOCKED_WHILE_CONNECTED]: 'the user was blocked everywhere while connected',
  [Code.TOKEN_EXPIRED]: 'the token has expired or was revoked: fetch a fresh one',
  [Code.OTHER_DEVICE_CONNECTED]:
    'another device of the same platform is connected as this user, and a second one is refused',
  [Code.ACCOUNT_CANCELLED]: 'the account is deactivated or deleted',
  [Code.ADDRESS_INCORRECT]: 'behind the address is no chatroom server: check its host and its path, such as /prod',
  [Code.NOT_CONNECTED_YET]: 'connect was not called',
  [Code.INVALID_PARAMETER]: 'an argument, or an option of the client, is wrong',
  [Code.CONNECTION_EXISTS]: 'the client is connected already: disconnect first',
  [Code.CONNECT_TIMEOUT]: 'no connection in the time that was given',
  [Code.BAD_TIMESTAMP]: 'the timestamp is wrong: it is in ms, 0 or more',
  [Code.BAD_MESSAGE]: 'the content or the type of the message is wrong',
  [Code.BAD_ROOM_ID]: 'the room id is wrong: 1 to 64 of A-Z a-z 0-9 _ + = -',
  [Code.BAD_COUNT]: 'the count is wrong',
  [Code.BAD_ENTRY_KEY]: 'the key of an entry is wrong: 1 to 128 of A-Z a-z 0-9 + = _ -',
  [Code.BAD_ENTRY_VALUE]: 'the value of an entry is no text, or too long',
  [Code.BAD_ENTRIES]: 'the entries, or the keys, are none',
  [CLIENT_CLOSED]: 'the chat is closed, or the engine destroyed: create another one',
  [READER_TOO_SLOW]: 'the loop is more than 1,000 items behind: begin another one, and do less in it',
});

/** What a code of a callback or of an error means, as a sentence for a developer. Only an app that imports it pays for it. */
export function describeCode(code: number): string {
  return (sentences() as Readonly<Record<number, string>>)[code] ?? `code ${code}: unknown to this version`;
}
