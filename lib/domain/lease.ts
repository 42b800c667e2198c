/** How long a sign of life counts. */
export const LEASE_MS = 155_000;
/**
 * A lease is renewed by the first frame after half of it is spent, so a connection whose lease is over was silent for at
 * least the other half.
 */
export const HALF_SPENT_MS = LEASE_MS / 2;
/** What is to be looked at again waits for the end of such a span, so that many share one row of the due list. */
export const BUCKET_MS = 15_000;

export const leaseFrom = (nowMs: number): number => nowMs + LEASE_MS;

export const isHalfSpent = (leaseUntilMs: number, nowMs: number): boolean =>
  leaseUntilMs - nowMs < LEASE_MS - HALF_SPENT_MS;

/** Since when the connection may have been silent, when its lease is over. */
export const silentSince = (leaseUntilMs: number): number => leaseUntilMs - (LEASE_MS - HALF_SPENT_MS);

export const endOfBucket = (atMs: number): number => Math.ceil(atMs / BUCKET_MS) * BUCKET_MS;
