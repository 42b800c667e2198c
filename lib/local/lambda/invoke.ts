/** The result of one invocation of a function: its JSON, or the error that the caller gets. */
export type InvokeResult = { readonly ok: true; readonly payload: unknown } | FailedInvocation;

/** An invocation that failed. */
export interface FailedInvocation {
  readonly ok: false;
  readonly errorType: string;
  readonly errorMessage: string;
  /** The function did not run, because all environments that it may have are busy. */
  readonly throttled?: true;
  /** API Gateway has stopped waiting; the function may still run. */
  readonly timedOut?: true;
}

/** The result when all environments that a function may have are busy. */
export const throttled: FailedInvocation = {
  ok: false,
  errorType: 'TooManyRequestsException',
  errorMessage: 'Rate Exceeded.',
  throttled: true,
};

/**
 * Invokes the function that has this logical id in the template. Never rejects. Without a request id the function gets a
 * new one.
 */
export type Invoke = (functionId: string, event: unknown, requestId?: string) => Promise<InvokeResult>;

/** The error of a failed invocation, as text for the log. */
export const errorOf = ({ errorType, errorMessage }: FailedInvocation): string => `${errorType}: ${errorMessage}`;
