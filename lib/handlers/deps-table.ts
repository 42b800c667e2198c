import { jsonPayload } from '../push/payload.ts';
import { serviceEndpoint } from '../push/service-endpoint.ts';
import { createSignedTransport, type SignedTransportOptions } from '../push/signed-transport.ts';
import { createLeanTableClient } from '../store/dynamodb/lean-table-client.ts';
import type { TableClient } from '../store/dynamodb/table-client.ts';
import { type Chance, environmentCredentials, required } from './deps-environment.ts';

/** One use case has a few calls under way; a sweep has many. */
const CALLS_IN_FLIGHT = 100;
/** DynamoDB answers within ms; the store tries again. */
const TIMEOUT_MS = 3_000;

const fixed = { 'content-type': 'application/x-amz-json-1.0', 'user-agent': 'doorman' };

/** The table by its own transport; a call is sent once, because only the store knows which it may repeat. */
export function createTableClient(options: Pick<SignedTransportOptions, FromOutside>): TableClient {
  const transport = createSignedTransport({
    ...{ ...options, service: 'dynamodb' },
    ...{ attempts: 1, mostInFlight: CALLS_IN_FLIGHT, timeoutMs: TIMEOUT_MS },
  });
  return createLeanTableClient((target, document) =>
    transport.send({
      ...{ method: 'POST', path: '/', payload: jsonPayload(document), wantsBody: true },
      headers: { ...fixed, 'x-amz-target': target },
    }),
  );
}

type FromOutside = 'endpoint' | 'region' | 'credentials' | 'now' | 'random' | 'sleep';

/** The way to the table of this Lambda's deployment. */
export function wireTable(from: Chance): TableClient {
  const region = required('AWS_REGION');
  const endpoint = serviceEndpoint('dynamodb', region, process.env.AWS_ENDPOINT_URL_DYNAMODB);
  return createTableClient({ ...from, endpoint, region, credentials: environmentCredentials(), now: Date.now });
}
