import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listen } from '../base/listen.ts';
import type { Iam } from '../iam/iam.ts';
import { signerOf } from '../iam/request-signer.ts';
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
}

/** Starts the endpoint. It checks each request against the role of the function that signed it. */
export async function startServiceEndpoint(options: ServiceEndpointOptions): Promise<ServiceEndpoint> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    void handle(incoming, options)
      .catch((error: unknown) => {
        const [name, status] =
          error instanceof SyntaxError ? ['SerializationException', 400] : ['InternalFailure', 500];
        return faultAnswer(status, name, String(error));
      })
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function handle(incoming: IncomingMessage, { iam, services }: ServiceEndpointOptions): Promise<ServiceAnswer> {
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
  if (missing !== undefined) {
    const text = `User: ${signer} is not authorized to perform: ${missing.action} on resource: ${missing.resource}`;
    return faultAnswer(400, 'AccessDeniedException', text);
  }
  return service.answer(call);
}
