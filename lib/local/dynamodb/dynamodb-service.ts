import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { signedBy } from '../iam/request-signer.ts';
import { faultAnswer, type Service, type ServiceAnswer, type ServiceCall } from '../services/service.ts';
import { requiredGrants } from './required-grants.ts';

/** DynamoDB behind the service endpoint, with its connections to the emulator. */
export interface DynamodbService extends Service {
  close(): void;
}

/** Runs a request by `forward`, and may observe what it writes. */
export type ObserveRequest = (call: ServiceCall, forward: () => Promise<ServiceAnswer>) => Promise<ServiceAnswer>;

/** Forwards the requests of the functions to the emulator; the streams observe each of them. */
export function createDynamodbService(endpoint: string, observe: ObserveRequest): DynamodbService {
  const agent = new Agent({ keepAlive: true });
  return {
    requiredGrants: ({ operation, input }) => requiredGrants(operation, input),
    answer: (call) => observe(call, () => forward(call, endpoint, agent)),
    close: () => agent.destroy(),
  };
}

function forward(call: ServiceCall, endpoint: string, agent: Agent): Promise<ServiceAnswer> {
  const { host: _host, ...headers } = call.headers;
  // Emulators keep one database per access key, so all functions use the same key there.
  const ownHeaders = { ...headers, authorization: signedBy('local', headers.authorization) };
  return new Promise((resolve) => {
    const fail = (): void => resolve(faultAnswer(500, 'InternalServerError', 'The emulator did not answer.'));
    const outgoing = request(endpoint, { method: 'POST', agent, headers: ownHeaders }, (upstream) => {
      const { statusCode: status = 500, headers: answered } = upstream;
      buffer(upstream).then((body) => resolve({ status, headers: answered, body }), fail);
    });
    outgoing.once('error', fail).end(call.body);
  });
}
