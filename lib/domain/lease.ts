/** How long a sign of life counts. */
export const LEASE_MS = 160_000;
/**
 * A frame renews the lease when this much of it is spent, so that one who talks much does not cost a write for each frame.
 * What is left of the lease then must outlast the longest silence of a living client, its heartbeat of 120 s: renewed only
 * when half is spent, a lease could end between two heartbeats.
 */
export const RENEW_AFTER_MS = 20_000;
/** What is to be looked at again waits for the end of such a span, so that many share one row of the due list. */
export const BUCKET_MS = 10_000;

export const leaseFrom = (nowMs: number): number => nowMs + LEASE_MS;

export const isWorthRenewing = (leaseUntilMs: number, nowMs: number): boolean =>
  nowMs - (leaseUntilMs - LEASE_MS) >= RENEW_AFTER_MS;

/** When the connection was last heard of at the latest, where its lease is over: a later frame would have renewed it. */
export const silentSince = (leaseUntilMs: number): number => leaseUntilMs - LEASE_MS + RENEW_AFTER_MS;

export const endOfBucket = (atMs: number): number => Math.ceil(atMs / BUCKET_MS) * BUCKET_MS;
