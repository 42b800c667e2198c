/** How long a sign of life counts. */
export const LEASE_MS = 170_000;
/**
 * A frame renews the lease when this much of it is spent, so that one who talks much does not cost a write for each frame.
 * A client knows this time: it waits for its heartbeat from the last frame that renewed for certain. So 35 s of the lease
 * are left then, more than the 30 s that anybody may be away, and 15 s where a slow frame has deceived it.
 */
export const RENEW_AFTER_MS = 20_000;
/** What is to be looked at again waits for the end of such a span, so that many share one row of the due list. */
export const BUCKET_MS = 5_000;

export const leaseFrom = (nowMs: number): number => nowMs + LEASE_MS;

export const isWorthRenewing = (leaseUntilMs: number, nowMs: number): boolean =>
  nowMs - (leaseUntilMs - LEASE_MS) >= RENEW_AFTER_MS;

/** When the connection was last heard of at the latest, where its lease is over: a later frame would have renewed it. */
export const silentSince = (leaseUntilMs: number): number => leaseUntilMs - LEASE_MS + RENEW_AFTER_MS;

export const endOfBucket = (atMs: number): number => Math.ceil(atMs / BUCKET_MS) * BUCKET_MS;
