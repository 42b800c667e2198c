/** A call as it came. */
export interface HttpRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** As sent, without `?`; '' where there is none. */
  readonly rawQuery: string;
  /** By lower-case name; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As sent. */
  readonly bodyBytes: Uint8Array;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}
