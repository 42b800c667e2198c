import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../support/listen.ts';

/** A Secrets Manager with some secrets, and the environment in which the AWS SDK finds it. */
export interface SecretsManager {
  readonly env: NodeJS.ProcessEnv;
  /** Of each call: its secret, and the region in its signature. */
  readonly calls: { readonly secretId: string; readonly region: string }[];
  close(): void;
}

/** Serves GetSecretValue; `texts` has the text of each secret by its id. */
export async function startSecretsManager(texts: Readonly<Record<string, string>>): Promise<SecretsManager> {
  const calls: SecretsManager['calls'] = [];
  const server = createServer(async (request, response) => {
    const secretId = String(JSON.parse(await text(request)).SecretId);
    const [, region = ''] =
      /Credential=key\/\d{8}\/([^/]+)\/secretsmanager/.exec(String(request.headers.authorization)) ?? [];
    calls.push({ secretId, region });
    const SecretString = texts[secretId];
    const isFound = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' && SecretString !== undefined;
    const missing = {
      __type: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    };
    response.writeHead(isFound ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(isFound ? { ARN: secretId, Name: secretId, SecretString } : missing));
  });
  const port = await listen(server);
  return {
    env: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-west-1',
    },
    calls,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
