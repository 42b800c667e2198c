import type { IncomingHttpHeaders } from 'node:http';
import type { RequiredGrant } from '../iam/iam.ts';
import type { ServiceAnswer } from './service.ts';

/** One signed request in AWS's REST protocol, which names the operation by method and path. */
export interface RestCall {
  readonly method: string;
  /** Without the query; still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The logical id of the function that signed it. */
  readonly signer: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One service with a REST API behind the endpoint. */
export interface RestService {
  /** What the paths of its operations begin with: the version of the API, e.g. `/2015-03-31/`. */
  readonly pathPrefix: string;
  /** The grants that the signer's role must have. */
  requiredGrants(call: RestCall): readonly RequiredGrant[];
  answer(call: RestCall): Promise<ServiceAnswer> | ServiceAnswer;
}

/** An error as AWS's REST services send it: its name is in a header. */
export const restFault = (status: number, name: string, message: string): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
  body: JSON.stringify({ Type: status < 500 ? 'User' : 'Service', message }),
});
