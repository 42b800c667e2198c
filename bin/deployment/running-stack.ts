import { readFile } from 'node:fs/promises';
import { infoFileOf } from '../work-folder.ts';

/** What `npm start` writes to a file while it runs. */
export interface RunningStack {
  readonly webSocketUrl: string;
  readonly serverApiUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
  /** Those of its Lambdas. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/** The deployment that runs on this machine. */
export async function readRunningStack(env: NodeJS.ProcessEnv): Promise<RunningStack> {
  try {
    return JSON.parse(await readFile(infoFileOf(env), 'utf8')) as RunningStack;
  } catch {
    throw new Error('nothing runs on this machine: start it with npm start, or name a deployment (--help says how)');
  }
}
