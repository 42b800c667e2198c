/** To the process of a contender's Lambdas. */
export type HostRequest =
  | { readonly kind: 'invoke'; readonly id: number; readonly functionName: string; readonly event: unknown }
  | { readonly kind: 'cpu'; readonly id: number };

/** From it. Id 0: it is ready. */
export type HostAnswer =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };
