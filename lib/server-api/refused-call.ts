/** The numbers of RongCloud's server API that we answer with. */
export const ApiCode = {
  OK: 200,
  NO_SUCH_PATH: 404,
  INTERNAL: 1000,
  WRONG_APP_KEY: 1001,
  BAD_PARAMETER: 1002,
  WRONG_SIGNATURE: 1004,
  TOO_LONG: 1005,
  NOT_ALLOWED: 1007,
  TOO_FAST: 1008,
  NOTHING_TO_REMOVE: 1015,
  TOO_MANY_KEPT_ROOMS: 1016,
} as const;

export type ApiCode = (typeof ApiCode)[keyof typeof ApiCode];

/** A call that is answered with an error; its message is for the caller to read. */
export class RefusedCall extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: ApiCode,
    message: string,
    /** What the answer reports besides the error, such as the part that was done. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'RefusedCall';
  }
}

/** A parameter, or what it names, is at fault. */
export const badParameter = (message: string): RefusedCall => new RefusedCall(400, ApiCode.BAD_PARAMETER, message);
