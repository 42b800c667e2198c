import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { RequiredGrant } from '../iam/iam.ts';

/** One signed request in AWS's JSON protocol. */
export interface ServiceCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The logical id of the function that signed it. */
  readonly signer: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The answer of a service. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: Buffer | string;
}

/** One service behind the endpoint. */
export interface Service {
  /** The grants that the signer's role must have. */
  requiredGrants(call: ServiceCall): readonly RequiredGrant[];
  answer(call: ServiceCall): Promise<ServiceAnswer> | ServiceAnswer;
}

/** An answer with a JSON body. */
export const jsonAnswer = (status: number, body: unknown, headers: OutgoingHttpHeaders): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
  body: JSON.stringify(body),
});

/** An error as AWS's services send it. */
export const faultAnswer = (status: number, name: string, message: string): ServiceAnswer =>
  jsonAnswer(status, { __type: `com.amazon.coral.service#${name}`, message }, {});
