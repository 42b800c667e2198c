/** An error as the SDK's client throws it when the service refuses a call. */
export class ServiceError extends Error {
  override readonly name: string;
  readonly $fault = 'client';
  readonly $metadata = { httpStatusCode: 400, attempts: 1, totalRetryDelay: 0 };
  /** Of ConditionalCheckFailedException: the row, in DynamoDB's typed values even from a document client. */
  readonly Item?: object;

  constructor(name: string, message: string, item?: object) {
    super(message);
    this.name = name;
    if (item !== undefined) this.Item = item;
  }
}

export const validationError = (message: string): ServiceError => new ServiceError('ValidationException', message);

/** Asks for something of DynamoDB that this table does not model: a fault of the test and never an answer. */
export class NotModelled extends Error {
  override readonly name = 'NotModelled';
  /** So that no caller takes it for a lost answer and tries again. */
  readonly $metadata = { httpStatusCode: 400, attempts: 1, totalRetryDelay: 0 };

  constructor(what: string) {
    super(`unable to serve the call; the in-memory DynamoDB does not model ${what}`);
  }
}

/** What is wrong with an expression; the caller adds which of the expressions it is. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault';
}

/** Runs a part that parses or checks an expression of this kind, and names the kind in what it throws. */
export function inExpression<T>(kind: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof ExpressionFault ? validationError(`Invalid ${kind}: ${error.message}`) : error;
  }
}
