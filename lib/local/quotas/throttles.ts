import type { Throttle } from '../template/local-api.ts';
import type { AccountQuotas } from './account-quotas.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** Whether API Gateway takes one more; each call that says yes counts. */
export interface ApiThrottle {
  /** A new connection. */
  connect(): boolean;
  /** A frame or an HTTP call: a request of a route. */
  request(): boolean;
  /** A call of `@connections`; the throttle of a stage is for its routes only. */
  connectionsCall(): boolean;
}

/** The throttle of an API whose stage has this one; a stage without has the account's alone. */
export type ThrottleOf = (stage: Throttle | undefined) => ApiThrottle;

/** Creates the throttles of an account, whose APIs share its quotas. */
export function createThrottles(quotas: AccountQuotas, now: () => number): ThrottleOf {
  const account = createTokenBucket(quotas.requests, now);
  const connects = createTokenBucket(quotas.connects, now);
  return (stage) => {
    const own = stage === undefined ? [] : [createTokenBucket(stage, now)];
    return {
      connect: () => takeAll([connects, ...own, account]),
      request: () => takeAll([...own, account]),
      connectionsCall: account.take,
    };
  };
}

/** A request that one bucket refuses takes nothing from the others. */
function takeAll(buckets: readonly TokenBucket[]): boolean {
  const taken: TokenBucket[] = [];
  for (const bucket of buckets) {
    if (!bucket.take()) {
      for (const each of taken) each.putBack();
      return false;
    }
    taken.push(bucket);
  }
  return true;
}
