import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DeploymentSettings } from '../lib/domain/settings.ts';
import { readAppSecret } from '../lib/handlers/app-secret.ts';
import { readSettings } from '../lib/infra/settings.ts';
import { type LocalStack, type RunTemplateOptions, runTemplate } from '../lib/local/run-template.ts';
import { synthesize } from './chatroom.ts';

/** How to run the deployment on this machine. */
export interface StartLocalOptions
  extends Partial<Omit<RunTemplateOptions, 'cloudAssembly' | 'port' | 'log' | 'step'>>,
    Pick<RunTemplateOptions, 'port' | 'log' | 'step'> {
  /** Settings of the stack; the others keep their defaults. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** The deployment on this machine, with what an application server knows. */
export type LocalDeployment = LocalStack & {
  readonly serverApiUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
};

/** What is in AWS alone is not on this machine. */
function refuseParts(settings: DeploymentSettings): void {
  for (const name of ['tableStreamArn', 'secretArn', 'alarmTopicArn'] as const) {
    if (settings[name] !== '') throw new Error(`unable to use setting ${name} on this machine; it names a part of AWS`);
  }
  if (settings.gradualDeployment) {
    throw new Error('unable to use setting gradualDeployment on this machine; CodeDeploy is a part of AWS');
  }
}

const workFolder = join(import.meta.dirname, '..', '.doorman');

/** Synthesizes the stack and runs the result. */
export async function startLocal(options: StartLocalOptions): Promise<LocalDeployment> {
  const settings = readSettings(options.settings);
  refuseParts(settings);
  mkdirSync(workFolder, { recursive: true });
  const cloudAssembly = mkdtempSync(join(workFolder, 'assembly-'));
  const remove = (): void => rmSync(cloudAssembly, { recursive: true, force: true });
  let stack: LocalStack | undefined;
  try {
    const startedAtMs = performance.now();
    synthesize(cloudAssembly, settings);
    options.step('stack synthesized', performance.now() - startedAtMs);
    stack = await runTemplate({
      dynamodbEndpoint: process.env.DYNAMODB_ENDPOINT,
      now: Date.now,
      randomId: () => randomBytes(11).toString('base64'),
      ...options,
      cloudAssembly,
    });
    const [appSecret] = readAppSecret(stack.secret(`${stack.outputs.SecretName}`));
    const { close: closeStack, httpApiUrl: serverApiUrl } = stack;
    const close = async (): Promise<void> => {
      await closeStack();
      remove();
    };
    return { ...stack, serverApiUrl, appKey: settings.appKey, appSecret, close };
  } catch (error) {
    await stack?.close();
    remove();
    throw error;
  }
}
