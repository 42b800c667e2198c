import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Need } from '../iam/iam.ts';

/** One signed request of AWS's JSON protocol. */
export interface ServiceCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The logical id of the function that signed it. */
  readonly signer: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a service answers. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: Buffer | string;
}

/** One service behind the endpoint. */
export interface Service {
  /** What the role of the signer must grant. */
  needs(call: ServiceCall): readonly Need[];
  answer(call: ServiceCall): Promise<ServiceAnswer> | ServiceAnswer;
}

/** An answer in JSON. */
export const jsonAnswer = (status: number, body: unknown, headers: OutgoingHttpHeaders): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
  body: JSON.stringify(body),
});

/** An error as the services send it. */
export const faultAnswer = (status: number, name: string, message: string): ServiceAnswer =>
  jsonAnswer(status, { __type: `com.amazon.coral.service#${name}`, message }, {});
