/** The result of one invocation of a function: its JSON, or the error that the caller gets. */
export type InvokeResult = { readonly ok: true; readonly payload: unknown } | FailedInvocation;

/** An invocation that failed. */
export interface FailedInvocation {
  readonly ok: false;
  readonly errorType: string;
  readonly errorMessage: string;
}

/** Invokes the function that has this logical id in the template. Never rejects. */
export type Invoke = (functionId: string, event: unknown) => Promise<InvokeResult>;

/** The error of a failed invocation, as text for the log. */
export const errorOf = ({ errorType, errorMessage }: FailedInvocation): string => `${errorType}: ${errorMessage}`;
