import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listen } from '../base/listen.ts';
import type { Iam, RequiredGrant } from '../iam/iam.ts';
import { signerOf } from '../iam/request-signer.ts';
import { type RestService, restFault } from './rest-service.ts';
import { faultAnswer, type Service, type ServiceAnswer } from './service.ts';

/** The endpoint at which the functions call AWS's services. */
export interface ServiceEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** The services and the roles that limit their use. */
export interface ServiceEndpointOptions {
  readonly iam: Iam;
  /** By the first part of their `x-amz-target`. */
  readonly services: Readonly<Record<string, Service>>;
  /** Each gets the requests whose path begins with its prefix. */
  readonly restServices: readonly RestService[];
}

/** Starts the endpoint. It checks each request against the role of the function that signed it. */
export async function startServiceEndpoint(options: ServiceEndpointOptions): Promise<ServiceEndpoint> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    void handle(incoming, options).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

function handle(incoming: IncomingMessage, options: ServiceEndpointOptions): Promise<ServiceAnswer> {
  const rest = options.restServices.find(({ pathPrefix }) => incoming.url?.startsWith(pathPrefix));
  if (rest !== undefined) {
    return handleRest(incoming, rest, options.iam).catch((error: unknown) =>
      restFault(500, 'ServiceException', String(error)),
    );
  }
  return handleTarget(incoming, options).catch((error: unknown) => {
    const [name, status] = error instanceof SyntaxError ? ['SerializationException', 400] : ['InternalFailure', 500];
    return faultAnswer(status, name, String(error));
  });
}

const denial = (signer: string, { action, resource }: RequiredGrant): string =>
  `User: ${signer} is not authorized to perform: ${action} on resource: ${resource}`;

async function handleTarget(
  incoming: IncomingMessage,
  { iam, services }: ServiceEndpointOptions,
): Promise<ServiceAnswer> {
  const body = await buffer(incoming);
  const { headers } = incoming;
  const signer = signerOf(headers.authorization);
  if (signer === undefined || !iam.knows(signer)) {
    return faultAnswer(400, 'UnrecognizedClientException', 'The security token is invalid.');
  }
  const [target = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  const service = services[target];
  if (service === undefined) {
    return faultAnswer(400, 'UnknownOperationException', `The local stack does not support ${target}.`);
  }
  const input = JSON.parse(body.toString('utf8') || '{}') as Record<string, unknown>;
  const call = { operation, input, signer, headers, body };
  const missing = iam.use(signer, service.requiredGrants(call));
  if (missing !== undefined) return faultAnswer(400, 'AccessDeniedException', denial(signer, missing));
  return service.answer(call);
}

async function handleRest(incoming: IncomingMessage, service: RestService, iam: Iam): Promise<ServiceAnswer> {
  const body = await buffer(incoming);
  const { headers, method = '', url = '' } = incoming;
  const signer = signerOf(headers.authorization);
  if (signer === undefined)
    return restFault(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (!iam.knows(signer)) return restFault(403, 'UnrecognizedClientException', 'The security token is invalid.');
  const [path = '', query] = url.split('?', 2);
  const call = { method, path, query: new URLSearchParams(query), signer, headers, body };
  const missing = iam.use(signer, service.requiredGrants(call));
  if (missing !== undefined) return restFault(403, 'AccessDeniedException', denial(signer, missing));
  return service.answer(call);
}
