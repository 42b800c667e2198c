import type { FailedInvocation } from '../lambda/invoke.ts';

/** An event in the queue of a function, and how often it has run. */
export interface AsyncEvent {
  readonly event: unknown;
  readonly requestId: string;
  readonly acceptedAtMs: number;
  /** The runs that ended with an error of the function. */
  readonly failures: number;
  /** The runs that found no free environment. */
  readonly throttles: number;
  /** The error of the last run that reached the function. */
  readonly lastError: FailedInvocation | undefined;
}

/** Why Lambda gives an event up. */
export type GiveUpReason = 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

const minuteMs = 60_000;
const firstBackoffMs = 1000;
const longestBackoffMs = 5 * minuteMs;

/** The wait before the retry of an event that the function has failed: one minute, then two. */
export const retryDelayMs = ({ failures }: AsyncEvent): number => failures * minuteMs;

/** The wait of an event that was throttled: it doubles from one second to five minutes. */
export const backoffMs = ({ throttles }: AsyncEvent): number =>
  Math.min(firstBackoffMs * 2 ** (throttles - 1), longestBackoffMs);

/** The report of an event that is given up. Other than the report of a stream's batch it contains the event. */
export function describeLostEvent(
  { event, requestId, failures, lastError }: AsyncEvent,
  condition: GiveUpReason,
  functionArn: string,
  atMs: number,
): unknown {
  const responded = lastError === undefined ? undefined : answerOf(lastError);
  return {
    version: '1.0',
    timestamp: new Date(atMs).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: failures,
    },
    requestPayload: event,
    ...responded,
  };
}

const answerOf = ({ errorType, errorMessage }: FailedInvocation) => ({
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: { errorType, errorMessage },
});
