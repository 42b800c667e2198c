/**
 * The register of codes that a client can see. The numbers are RongCloud's client codes, so an app written
 * for its SDK needs no new table. Ranges: 0 ok, 2xxxx refused by the room, 3xxxx connection or argument.
 */
export const Code = {
  OK: 0,
  /** The outcome is not known; send again with the same client message id. */
  UNKNOWN: -1,
  SEND_TOO_FAST: 20604,
  REQUEST_TOO_FAST: 20607,
  NOT_A_MEMBER: 23406,
  MUTED: 23408,
  BLOCKED: 23409,
  NO_SUCH_ROOM: 23410,
  ROOM_FULL: 23411,
  BAD_ARGUMENT: 23412,
  DISCONNECTED: 30001,
  UNAVAILABLE: 30002,
  NO_ANSWER: 30003,
  CONTENT_TOO_LONG: 30016,
  TOKEN_INCORRECT: 31004,
  KICKED_BY_OTHER_DEVICE: 31010,
  TOKEN_EXPIRED: 31020,
  NOT_CONNECTED_YET: 33001,
  INVALID_PARAMETER: 33003,
  CONNECTION_EXISTS: 34001,
  CONNECT_TIMEOUT: 34006,
  BAD_TIMESTAMP: 34202,
  BAD_MESSAGE: 34205,
  BAD_ROOM_ID: 34210,
  BAD_COUNT: 34232,
} as const;

export type Code = (typeof Code)[keyof typeof Code];
