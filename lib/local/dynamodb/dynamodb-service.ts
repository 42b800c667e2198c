import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { dynamodbNeeds } from '../iam/iam.ts';
import { signedBy } from '../iam/signer.ts';
import { faultAnswer, type Service, type ServiceAnswer, type ServiceCall } from '../services/service.ts';
import type { TableStreams } from '../streams/table-streams.ts';

/** DynamoDB behind the endpoint, with the connections to its emulator. */
export interface DynamodbService extends Service {
  close(): void;
}

/** Passes requests on to the emulator, in sight of the streams. */
export function createDynamodbService(endpoint: string, streams: TableStreams): DynamodbService {
  const agent = new Agent({ keepAlive: true });
  return {
    needs: ({ operation, input }) => dynamodbNeeds(operation, input),
    answer: (call) => streams.pass(call, () => forward(call, endpoint, agent)),
    close: () => agent.destroy(),
  };
}

function forward(call: ServiceCall, endpoint: string, agent: Agent): Promise<ServiceAnswer> {
  const { host: _host, ...headers } = call.headers;
  // Emulators keep one database for each access key, so all functions come with the same one.
  const own = { ...headers, authorization: signedBy('local', headers.authorization) };
  return new Promise((resolve) => {
    const fail = (): void => resolve(faultAnswer(500, 'InternalServerError', 'The emulator did not answer.'));
    const outgoing = request(endpoint, { method: 'POST', agent, headers: own }, (upstream) => {
      const { statusCode: status = 500, headers: answered } = upstream;
      buffer(upstream).then((body) => resolve({ status, headers: answered, body }), fail);
    });
    outgoing.once('error', fail).end(call.body);
  });
}
