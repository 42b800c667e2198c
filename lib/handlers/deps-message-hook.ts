import { createHttpsHook } from '../push/https-hook.ts';
import { createLambdaHook } from '../push/lambda-hook.ts';
import type { MessageHook } from '../push/message-hook.ts';
import { jsonPayload } from '../push/payload.ts';
import { serviceEndpoint } from '../push/service-endpoint.ts';
import { createSignedTransport, toFault } from '../push/signed-transport.ts';
import { type Chance, environmentCredentials, readSettings, required } from './deps-environment.ts';
import { wireIncidents } from './deps-metrics.ts';
import { onFault } from './fault.ts';
import { createSecretKeeper, type SecretsAt } from './secret-keeper.ts';
import { hookCallOf } from './webhook-call.ts';

/** The way to the app's hook: a Lambda where its address is an ARN, otherwise a server. */
export function wireHook(address: string, from: Chance): MessageHook {
  const { appKey, messageHookTimeoutMs: timeoutMs } = readSettings();
  if (address.startsWith('arn:')) return lambdaHook(address, timeoutMs, from);
  const clockAndChance = { now: Date.now, randomId: () => crypto.randomUUID() };
  const callOf = hookCallOf({ url: address, appKey, secretsAt: leanSecrets(timeoutMs, from), ...clockAndChance });
  return createHttpsHook({ callOf, fetch, timeoutMs });
}

/** In the Region that its ARN names. */
function lambdaHook(functionArn: string, timeoutMs: number, from: Chance): MessageHook {
  const region = functionArn.split(':')[3] ?? '';
  const endpoint = serviceEndpoint('lambda', region, process.env.AWS_ENDPOINT_URL_LAMBDA);
  const credentials = environmentCredentials();
  return createLambdaHook({ ...from, functionArn, region, endpoint, credentials, now: Date.now, timeoutMs });
}

/** The app's secret without the AWS SDK, which would take longer to load than the hook takes to answer. */
function leanSecrets(timeoutMs: number, from: Chance): SecretsAt {
  const region = required('AWS_REGION');
  const transport = createSignedTransport({
    ...{ ...from, region, service: 'secretsmanager', credentials: environmentCredentials(), now: Date.now },
    endpoint: serviceEndpoint('secretsmanager', region, process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER),
    ...{ attempts: 2, mostInFlight: 1, timeoutMs },
  });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' };
  const payload = jsonPayload({ SecretId: required('SECRET_ARN') });
  const read = async (): Promise<string | undefined> => {
    const answer = await transport.send({ method: 'POST', path: '/', headers, payload, wantsBody: true });
    if (answer.status !== 200) throw toFault(answer);
    return (JSON.parse(answer.body) as { readonly SecretString?: string }).SecretString;
  };
  return createSecretKeeper({ read, onFault, count: wireIncidents() });
}
