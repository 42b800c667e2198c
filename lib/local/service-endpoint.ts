import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dynamodbNeeds, type Iam, type Need } from './iam.ts';
import type { Secrets } from './secrets.ts';

/** The one endpoint through which the functions reach DynamoDB and Secrets Manager. */
export interface ServiceEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** What stands behind the endpoint. */
export interface ServiceEndpointOptions {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly dynamodbEndpoint: string;
}

const credentialPattern = /Credential=([^/,\s]+)/;

/** The access key id of a signed request: the id of the function that signed it. */
export function signerOf(authorization: string | undefined): string | undefined {
  return credentialPattern.exec(authorization ?? '')?.[1];
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

const fault = (name: string, message: string) => ({ __type: `com.amazon.coral.service#${name}`, message });

function secretNeeds(operation: string, input: Readonly<Record<string, unknown>>, secrets: Secrets): Need[] {
  const id = String(input.SecretId ?? '*');
  return [{ action: `secretsmanager:${operation}`, resource: secrets.find(id)?.arn ?? id }];
}

function answerSecret(
  response: ServerResponse,
  operation: string,
  input: Record<string, unknown>,
  from: Secrets,
): void {
  const secret = from.find(String(input.SecretId));
  if (operation !== 'GetSecretValue') {
    answer(response, 400, fault('InvalidRequestException', `${operation} is not known here.`));
  } else if (secret === undefined) {
    answer(response, 400, fault('ResourceNotFoundException', "Secrets Manager can't find the specified secret."));
  } else {
    const { arn: ARN, name: Name, value: SecretString } = secret;
    answer(response, 200, { ARN, Name, SecretString, VersionId: 'local', VersionStages: ['AWSCURRENT'] });
  }
}

/** Starts the endpoint: it checks each request against the role of the function that signed it. */
export async function startServiceEndpoint(options: ServiceEndpointOptions): Promise<ServiceEndpoint> {
  const agent = new Agent({ keepAlive: true });
  const forward = (incoming: IncomingMessage, body: Buffer, response: ServerResponse): void => {
    // Emulators keep one database for each access key, so all functions come with the same one.
    const authorization = incoming.headers.authorization?.replace(credentialPattern, 'Credential=local');
    const { host: _host, ...headers } = incoming.headers;
    const outgoing = request(
      options.dynamodbEndpoint,
      { method: 'POST', agent, headers: { ...headers, authorization } },
      (upstream) => {
        response.writeHead(upstream.statusCode ?? 500, upstream.headers);
        upstream.pipe(response);
      },
    );
    outgoing.once('error', () => {
      if (response.headersSent) response.destroy();
      else answer(response, 500, fault('InternalServerError', 'The emulator did not answer.'));
    });
    outgoing.end(body);
  };
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(incoming);
    const signer = signerOf(incoming.headers.authorization);
    if (signer === undefined || !options.iam.knows(signer)) {
      return answer(response, 400, fault('UnrecognizedClientException', 'The security token is invalid.'));
    }
    const [service = '', operation = ''] = String(incoming.headers['x-amz-target'] ?? '').split('.');
    const input = JSON.parse(body.toString('utf8') || '{}') as Record<string, unknown>;
    const ofSecrets = service === 'secretsmanager';
    const needs = ofSecrets ? secretNeeds(operation, input, options.secrets) : dynamodbNeeds(operation, input);
    const denied = needs.find(({ action, resource }) => !options.iam.allows(signer, action, resource));
    if (denied !== undefined) {
      const text = `User: ${signer} is not authorized to perform: ${denied.action} on resource: ${denied.resource}`;
      return answer(response, 400, fault('AccessDeniedException', text));
    }
    if (ofSecrets) return answerSecret(response, operation, input, options.secrets);
    forward(incoming, body, response);
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    handle(incoming, response).catch(() => answer(response, 400, fault('SerializationException', 'Not JSON.')));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
