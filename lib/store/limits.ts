/** What may happen only once, or at a limited rate. */
export interface Limits {
  /** False = it was used before. Forgotten after `expiresAtMs`. */
  useNonce(nonce: string, expiresAtMs: number): Promise<boolean>;
  /** The nonce can be used again. */
  forgetNonce(nonce: string): Promise<void>;
  /** Counts a call in its second; false = the second has `limit` calls already. */
  countCall(path: string, atMs: number, limit: number): Promise<boolean>;
  /** Takes so many posts of the second; false = fewer than that are left of the `limit` that all rooms share. */
  takePosts(atMs: number, posts: number, limit: number): Promise<boolean>;
}
