import type { Settings } from '../domain/settings.ts';
import type { Doorbell } from '../push/doorbell.ts';
import { createDoorbell } from '../push/lambda-doorbell.ts';
import { createLeanPush } from '../push/lean-push.ts';
import type { Push } from '../push/push.ts';
import { serviceEndpoint } from '../push/service-endpoint.ts';
import { type Chance, environmentCredentials, required } from './deps-environment.ts';
import { wireCounts, wireIncidents } from './deps-metrics.ts';
import { onFault } from './fault.ts';
import { type CountedPost, countPosts } from './post-metrics.ts';

/** As many as one delivery has under way, and as many again for what else the Lambda posts. */
const POSTS_IN_FLIGHT = 128;
const ATTEMPTS = 4;
/** API Gateway answers within tens of ms. */
const TIMEOUT_MS = 3_000;

const RINGS_IN_FLIGHT = 8;

const noPush: Push = {
  post: async () => 'failed',
  close: async () => undefined,
};

/** The way to the connections, where the template grants one; what is posted is counted. */
export function wirePush(settings: Settings, from: Chance): Push {
  const endpoint = process.env.CONNECTIONS_URL;
  if (endpoint === undefined) return noPush;
  const counters = { now: Date.now, count: wireIncidents(), put: wireCounts<CountedPost>() };
  return countPosts(pushTo(endpoint, settings, from), counters);
}

/** No Lambda loads the transport that it does not use. */
function pushTo(endpoint: string, settings: Settings, from: Chance): Push {
  if (!settings.leanPosts) return loadedPush(sdkPush(endpoint));
  return createLeanPush({
    ...from,
    endpoint,
    region: required('AWS_REGION'),
    credentials: environmentCredentials(),
    now: Date.now,
    attempts: ATTEMPTS,
    mostInFlight: POSTS_IN_FLIGHT,
    timeoutMs: TIMEOUT_MS,
    onFault,
  });
}

const noDoorbell: Doorbell = { ring: async () => 'failed' };

/** The way to the Lambda that delivers, where this one asks it to. */
export function wireDoorbell(functionName: string | undefined, from: Chance): Doorbell {
  if (functionName === undefined) return noDoorbell;
  const region = required('AWS_REGION');
  return createDoorbell({
    ...from,
    functionName,
    region,
    endpoint: serviceEndpoint('lambda', region, process.env.AWS_ENDPOINT_URL_LAMBDA),
    credentials: environmentCredentials(),
    now: Date.now,
    attempts: ATTEMPTS,
    mostInFlight: RINGS_IN_FLIGHT,
    timeoutMs: TIMEOUT_MS,
    onFault,
  });
}

async function sdkPush(endpoint: string): Promise<Push> {
  const { createApiGatewayPush, createManagementClient } = await import('../push/api-gateway.ts');
  return createApiGatewayPush({ client: createManagementClient(endpoint), onFault });
}

/** Loads during the init phase already. */
const loadedPush = (push: Promise<Push>): Push => ({
  post: async (connectionId, frame) => (await push).post(connectionId, frame),
  close: async (connectionId) => (await push).close(connectionId),
});
