import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readAppSecret } from '../../lib/handlers/app-secret.ts';

// The SDK's warning about Node 20 is for who chooses its version.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** `arn:aws:secretsmanager:<region>:…` */
const regionOf = (secretId: string): string | undefined => /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secretId)?.[1];

/**
 * The newest app secret, from AWS Secrets Manager with the credentials of the caller's environment.
 * @param secretId name or ARN; an ARN names its region
 */
export async function readSecret(secretId: string, region: string | undefined): Promise<string> {
  const found = region ?? regionOf(secretId);
  const client = new SecretsManagerClient(found === undefined ? {} : { region: found });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return readAppSecret(SecretString)[0];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`unable to read the secret ${secretId}; ${why}`);
  } finally {
    client.destroy();
  }
}
