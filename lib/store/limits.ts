/** What may happen only once, or only so often. */
export interface Limits {
  /** False = it was used before. Forgotten after `expiresAtMs`. */
  useNonce(nonce: string, expiresAtMs: number): Promise<boolean>;
  /** As if it had never been used. */
  forgetNonce(nonce: string): Promise<void>;
  /** Counts a call in its second; false = there were `limit` already. */
  countCall(path: string, atMs: number, limit: number): Promise<boolean>;
}
