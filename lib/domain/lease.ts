import { RENEW_AFTER_MS } from '../protocol/limits.ts';

/** How long a sign of life counts. */
export const LEASE_MS = 170_000;
/** A timer waits for the end of a span this long, so that many share one row of the due list. */
export const BUCKET_MS = 5_000;

export const leaseFrom = (nowMs: number): number => nowMs + LEASE_MS;

export const isWorthRenewing = (leaseUntilMs: number, nowMs: number): boolean =>
  nowMs - (leaseUntilMs - LEASE_MS) >= RENEW_AFTER_MS;

/** The latest possible last sign of life of a connection whose lease is over: a later one would have renewed it. */
export const silentSince = (leaseUntilMs: number): number => leaseUntilMs - LEASE_MS + RENEW_AFTER_MS;

export const endOfBucket = (atMs: number): number => Math.ceil(atMs / BUCKET_MS) * BUCKET_MS;
