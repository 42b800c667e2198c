/**
 * Every code that a client can see. The numbers are RongCloud's client codes, but for SLOW_MODE and REFUSED_BY_HOOK, so
 * an app written for its SDK needs no new table. Ranges: 0 ok, 2xxxx refused by the room, 3xxxx connection or argument.
 */
export const Code = {
  OK: 0,
  /** The outcome is not known; send again with the same client message id. */
  UNKNOWN: -1,
  SEND_TOO_FAST: 20604,
  REQUEST_TOO_FAST: 20607,
  /** Doorman's own: the room is in slow mode, and the user has sent too recently. */
  SLOW_MODE: 20690,
  NOT_A_MEMBER: 23406,
  MUTED: 23408,
  BLOCKED: 23409,
  NO_SUCH_ROOM: 23410,
  ROOM_FULL: 23411,
  BAD_ARGUMENT: 23412,
  TOO_MANY_ENTRIES: 23423,
  ENTRY_OF_ANOTHER_USER: 23424,
  NO_SUCH_ENTRY: 23427,
  /** Only some entries of the batch were set or removed; `errors` says which were not, and why. */
  ENTRIES_DONE_IN_PART: 23428,
  TOO_MANY_ENTRIES_AT_ONCE: 23429,
  NO_SUCH_MESSAGE: 25101,
  MESSAGE_OF_ANOTHER_USER: 25107,
  /** The app's hook refused the message, or did not answer and has to: `note` says why. Not a number of RongCloud's. */
  REFUSED_BY_HOOK: 29901,
  DISCONNECTED: 30001,
  UNAVAILABLE: 30002,
  NO_ANSWER: 30003,
  /** The runtime has no WebSocket, or does not open one to this address. */
  SOCKET_NOT_CREATED: 30010,
  CONTENT_TOO_LONG: 30016,
  /** The token is of another app than the engine. */
  APP_KEY_INCORRECT: 31002,
  TOKEN_INCORRECT: 31004,
  USER_BLOCKED: 31009,
  KICKED_BY_OTHER_DEVICE: 31010,
  /** The user was connected when they were blocked. */
  BLOCKED_WHILE_CONNECTED: 31011,
  TOKEN_EXPIRED: 31020,
  /** Another device of the platform is connected, and a second login is refused. */
  OTHER_DEVICE_CONNECTED: 31023,
  /** The account was deactivated or deleted. */
  ACCOUNT_CANCELLED: 31029,
  /** Behind the address is no chatroom server. */
  ADDRESS_INCORRECT: 32061,
  NOT_CONNECTED_YET: 33001,
  INVALID_PARAMETER: 33003,
  CONNECTION_EXISTS: 34001,
  CONNECT_TIMEOUT: 34006,
  BAD_TIMESTAMP: 34202,
  BAD_MESSAGE: 34205,
  BAD_ROOM_ID: 34210,
  BAD_COUNT: 34232,
  BAD_ENTRY_KEY: 34260,
  BAD_ENTRY_VALUE: 34262,
  BAD_ENTRIES: 34263,
} as const;

export type Code = (typeof Code)[keyof typeof Code];
