import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';

/** The deployed stack as the measurements see it, and the time they wait in. */
export interface Site {
  readonly webSocketUrl: string;
  readonly token: string;
  /** The runner's own client of `@connections`. */
  readonly connections: ApiGatewayManagementApiClient;
  readonly now: () => number;
  /** Rejects when the run is interrupted. */
  readonly pause: (ms: number) => Promise<void>;
  readonly progress: (text: string) => void;
}

/** What a measurement found. */
export interface Finding {
  readonly measured: string;
  readonly verdict: 'as expected' | 'not as expected' | 'for information';
}

/** What a measurement needs of AWS, at most. */
export interface Need {
  readonly messages: number;
  readonly connectionMinutes: number;
  readonly invocations: number;
  readonly invocationMs: number;
  readonly durationSec: number;
}

/** One assumption of the product, and how to measure it. */
export interface Measurement {
  readonly name: string;
  readonly assumption: string;
  readonly expected: string;
  /** Where the expectation comes from. */
  readonly source: string;
  readonly need: Need;
  run(site: Site): Promise<Finding>;
}

export const verdict = (isExpected: boolean): Finding['verdict'] => (isExpected ? 'as expected' : 'not as expected');
