/** To the sink: report when this message has reached so many connections; start to count again. */
export type SinkRequest =
  | { readonly kind: 'expect'; readonly mark: string; readonly connections: number }
  | { readonly kind: 'take' };

/** From the sink. */
export type SinkReport =
  | { readonly kind: 'listens'; readonly port: number }
  | { readonly kind: 'delivered'; readonly mark: string; readonly atMs: number }
  | { readonly kind: 'taken'; readonly counts: SinkCounts };

/** What came since the last `take`. */
export interface SinkCounts {
  /** Posts: what API Gateway bills. */
  readonly posts: number;
  /** Messages in them, each once for each connection. */
  readonly deliveries: number;
  /** Messages in them that the connection had already. */
  readonly repeats: number;
  readonly connections: number;
  /** Of one connection. */
  readonly fewestPosts: number;
  readonly mostPosts: number;
}

/** How a message is recognized in a frame, whatever the frame's form. */
export const markOf = (index: number): string => `[[${index}]]`;
export const MARKS = /\[\[\d+\]\]/g;
