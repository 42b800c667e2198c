import type { Throttle } from '../template/local-api.ts';

/** The quotas of an AWS account that this machine enforces only when asked to: those of a stage are in its template. */
export interface AccountQuotas {
  /** Frames, HTTP calls and `@connections` calls, over all APIs. */
  readonly requests: Throttle;
  /** New WebSocket connections. */
  readonly connects: Throttle;
  /** Runs at the same time, over all functions. */
  readonly concurrentRuns: number;
  /** How long a WebSocket API waits for a function, its cold start included. */
  readonly socketWaitMs: number;
  /** The same of an HTTP API. */
  readonly httpWaitMs: number;
}

/** The defaults of AWS. The burst of new connections is a guess: AWS names only their rate. */
export const awsQuotas: AccountQuotas = {
  requests: { ratePerSec: 10_000, burst: 5000 },
  connects: { ratePerSec: 500, burst: 500 },
  concurrentRuns: 1000,
  socketWaitMs: 29_000,
  httpWaitMs: 30_000,
};
