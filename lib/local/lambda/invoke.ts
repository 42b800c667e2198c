/** The result of one invocation of a function: its JSON, or the error that the caller gets. */
export type InvokeResult = { readonly ok: true; readonly payload: unknown } | FailedInvoke;

/** An invocation that failed. */
export interface FailedInvoke {
  readonly ok: false;
  readonly errorType: string;
  readonly errorMessage: string;
}

/** Invokes the function with that logical id of the template; never rejects. */
export type Invoke = (functionId: string, event: unknown) => Promise<InvokeResult>;

/** The error of a failed invocation as text for the log. */
export const errorOf = ({ errorType, errorMessage }: FailedInvoke): string => `${errorType}: ${errorMessage}`;
