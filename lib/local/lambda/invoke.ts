/** What one invocation of a Lambda gave: its JSON result, or the error that API Gateway would see. */
export type InvokeResult =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** Runs one event through the function with that logical id of the template; never rejects. */
export type Invoke = (functionId: string, event: unknown) => Promise<InvokeResult>;
