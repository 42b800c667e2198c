/*
 * Models the errors that AWS services answer with, as the SDK's clients throw them. Clock and chance: none.
 */

/** A call that fails for its caller; whether the service has done what it asked for is another matter. */
export interface Failure {
  readonly error: ErrorName;
  readonly isApplied: boolean;
}

/** The HTTP status; undefined = no answer came. */
const STATUS = {
  ProvisionedThroughputExceededException: 400,
  ThrottlingException: 400,
  RequestLimitExceeded: 400,
  TransactionConflictException: 400,
  AccessDeniedException: 400,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  TimeoutError: undefined,
  ECONNRESET: undefined,
  GoneException: 410,
  LimitExceededException: 429,
  ForbiddenException: 403,
  PayloadTooLargeException: 413,
} as const satisfies Record<string, number | undefined>;
export type ErrorName = keyof typeof STATUS;

export function toError({ error }: Failure): Error {
  const thrown = Object.assign(new Error(`${error}, as the simulation wants it`), { name: error as string });
  return Object.assign(thrown, { $metadata: { httpStatusCode: STATUS[error] } });
}

const failure = (error: ErrorName, isApplied = false): Failure => ({ error, isApplied });

/** No answer, or one that does not say whether the call was applied: both are possible. */
const UNCLEAR = (['InternalServerError', 'TimeoutError', 'ECONNRESET'] as const).flatMap((error) => [
  failure(error),
  failure(error, true),
]);

export type StepKind = 'read' | 'write' | 'post' | 'close' | 'queue' | 'invoke' | 'hook';

const ofTable = [
  failure('ProvisionedThroughputExceededException'),
  failure('ThrottlingException'),
  failure('RequestLimitExceeded'),
  failure('AccessDeniedException'),
  failure('ServiceUnavailable'),
  ...UNCLEAR,
];
const ofConnections = [
  failure('GoneException'),
  failure('LimitExceededException'),
  failure('ForbiddenException'),
  failure('PayloadTooLargeException'),
  ...UNCLEAR,
];

const ofOthers = [
  failure('ThrottlingException'),
  failure('AccessDeniedException'),
  failure('ServiceUnavailable'),
  ...UNCLEAR,
];

/** Each way in which a call of the kind can fail. */
export const FAILURES: Readonly<Record<StepKind, readonly Failure[]>> = {
  // A read changes nothing, so it is all the same whether it was applied.
  read: ofTable.filter(({ isApplied }) => !isApplied),
  write: [...ofTable, failure('TransactionConflictException')],
  post: ofConnections,
  close: ofConnections,
  queue: ofOthers,
  invoke: ofOthers,
  // Whatever goes wrong, there is no answer.
  hook: [failure('TimeoutError')],
};
