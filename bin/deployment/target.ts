import { readAppSecret } from '../../lib/handlers/app-secret.ts';
import { readSecret } from './read-secret.ts';
import { type RunningStack, readRunningStack } from './running-stack.ts';
import { UsageError } from './usage-error.ts';

const SECRET_NAME = 'DOORMAN_APP_SECRET';

/** The options that name a deployment, for `parseArgs`. */
export const targetFlags = {
  url: { type: 'string' },
  'server-api': { type: 'string' },
  'secret-id': { type: 'string' },
  region: { type: 'string' },
  'app-key': { type: 'string' },
} as const;

/** Their values. */
export type TargetOptions = { readonly [name in keyof typeof targetFlags]?: string | undefined };

/** The lines of `--help` that these options have in common. */
export const targetHelp = `  --server-api URL   its server API: the output ServerApiUrl
  --secret-id ID     its app secret in AWS Secrets Manager: the output SecretName, or another name or ARN; it is read
                     with your AWS credentials. Without it, the app secret is in the variable ${SECRET_NAME}
  --region R         the region of the secret, where its ARN and your AWS settings do not say it
  --app-key KEY      the setting appKey (default doorman)`;

/** Where a deployment is, and what signs its calls. The WebSocket is empty where only calls are made. */
export type Target = RunningStack;

/** The deployment that the options name; the one that runs on this machine where they name none. */
export async function findTarget(options: TargetOptions, env: NodeJS.ProcessEnv): Promise<Target> {
  const { 'server-api': serverApi, 'secret-id': secretId, region, 'app-key': appKey = 'doorman', url } = options;
  if (serverApi === undefined) {
    const lone = Object.entries(options).find(([, value]) => value !== undefined);
    if (lone !== undefined) throw new UsageError(`unable to use --${lone[0]} alone; --server-api is missing`);
    return readRunningStack(env);
  }
  const serverApiUrl = readUrl('server-api', serverApi, 'https', 'http');
  const webSocketUrl = url === undefined ? '' : readUrl('url', url, 'wss', 'ws');
  const appSecret = secretId === undefined ? secretOf(env) : await readSecret(secretId, region);
  return { webSocketUrl, serverApiUrl, appKey, appSecret };
}

function secretOf(env: NodeJS.ProcessEnv): string {
  const appSecret = env[SECRET_NAME];
  if (appSecret === undefined) {
    throw new UsageError(`unable to sign calls; there is neither --secret-id nor the variable ${SECRET_NAME}`);
  }
  try {
    return readAppSecret(JSON.stringify({ appSecret }))[0];
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (in ${SECRET_NAME})`);
  }
}

/** Without a slash at the end. Tokens and answers cross no network in clear text. */
function readUrl(flag: string, text: string, secure: string, clear: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === `${secure}:` || (isHere && url?.protocol === `${clear}:`)) return text.replace(/\/+$/, '');
  const form = `it must begin with ${secure}://, or on this machine with ${clear}://`;
  throw new UsageError(`unable to use --${flag} ${text}; ${form}`);
}
