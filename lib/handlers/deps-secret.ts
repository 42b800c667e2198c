import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { required } from './deps-environment.ts';
import { wireIncidents } from './deps-metrics.ts';
import { onFault } from './fault.ts';
import { createSecretKeeper, type SecretsAt } from './secret-keeper.ts';

/** The app's secret in Secrets Manager. */
export function wireSecrets(): SecretsAt {
  const client = new SecretsManagerClient({});
  const SecretId = required('SECRET_ARN');
  const read = async () => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  return createSecretKeeper({ read, onFault, count: wireIncidents() });
}
