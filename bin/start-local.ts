import { randomBytes } from 'node:crypto';
import type { DeploymentSettings, Settings } from '../lib/domain/settings.ts';
import { readAppSecret } from '../lib/handlers/app-secret.ts';
import { readSettings } from '../lib/infra/settings.ts';
import { checkPorts } from '../lib/local/base/listen.ts';
import { openDataFolder } from '../lib/local/data-folder/data-folder.ts';
import { type LocalStack, type RunTemplateOptions, runTemplate } from '../lib/local/run-template.ts';
import { createAssemblyFolder } from './work-folder.ts';

/** How to run the deployment on this machine. */
export interface StartLocalOptions
  extends Partial<Omit<RunTemplateOptions, 'cloudAssembly' | 'port' | 'log' | 'step'>>,
    Pick<RunTemplateOptions, 'port' | 'log' | 'step'> {
  /** Settings of the stack; the others keep their defaults. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** A cloud assembly that was synthesized before; its own settings apply. */
  readonly assembly?: string | undefined;
  /** Writes a cloud assembly; by default in this process. */
  readonly synthesize?: Synthesize | undefined;
}

type Synthesize = (folder: string, settings: DeploymentSettings) => Promise<void>;

/** The deployment on this machine, with what an application server knows. */
export type LocalDeployment = LocalStack & {
  readonly serverApiUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
  /** Those of the Lambdas, also where an assembly has them. */
  readonly settings: Settings;
};

const synthesizeHere: Synthesize = async (folder, settings) => {
  // The CDK takes a second and much memory to load.
  const { synthesize } = await import('./chatroom.ts');
  synthesize(folder, settings);
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

/** Synthesizes the stack, unless it is given an assembly, and runs the result. */
export async function startLocal(options: StartLocalOptions): Promise<LocalDeployment> {
  const { settings: chosen, assembly, synthesize = synthesizeHere, ...runOptions } = options;
  const settings = readSettings(chosen);
  refuseParts(settings);
  const { port, dataDir } = options;
  // The synthesis takes seconds: what refuses the start is looked for first.
  if (port !== 0) await checkPorts([port, port + 1]);
  if (dataDir !== undefined) openDataFolder(dataDir, process.pid)();
  if (assembly !== undefined) return runAssembly(runOptions, assembly);
  const folder = createAssemblyFolder();
  try {
    const startedAtMs = performance.now();
    await synthesize(folder.path, settings);
    options.step('stack synthesized', performance.now() - startedAtMs);
    const { close: closeStack, ...stack } = await runAssembly(runOptions, folder.path);
    const close = async (): Promise<void> => {
      await closeStack();
      folder.remove();
    };
    return { ...stack, close };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

type RunOptions = Omit<StartLocalOptions, 'settings' | 'assembly' | 'synthesize'>;

async function runAssembly(options: RunOptions, cloudAssembly: string): Promise<LocalDeployment> {
  const stack = await runTemplate({
    dynamodbEndpoint: process.env.DYNAMODB_ENDPOINT,
    now: Date.now,
    randomId: () => randomBytes(11).toString('base64'),
    ...options,
    cloudAssembly,
  });
  try {
    const [appSecret] = readAppSecret(stack.secret(`${stack.outputs.SecretName}`));
    const settings = settingsOf(stack);
    return { ...stack, serverApiUrl: stack.httpApiUrl, appKey: settings.appKey, appSecret, settings };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** The settings that the functions were deployed with. */
function settingsOf({ functions }: LocalStack): Settings {
  const text = functions.map(({ environment }) => environment.SETTINGS).find((each) => each !== undefined);
  return JSON.parse(text ?? '{}') as Settings;
}
