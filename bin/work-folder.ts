import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../lib/local/base/is-alive.ts';

/** What runs on this machine keeps its files here; the environment may name another folder. */
const workFolderOf = (env: NodeJS.ProcessEnv): string =>
  env.DOORMAN_FOLDER ?? join(import.meta.dirname, '..', '.doorman');

/** Where `npm start` says how to reach it while it runs. */
export const infoFileOf = (env: NodeJS.ProcessEnv): string => join(workFolderOf(env), 'local.json');

export const workFolder: string = workFolderOf(process.env);

const ofProcess = /^assembly-(\d+)-/;

/** A folder for a cloud assembly of this process, with what removes it. */
export interface AssemblyFolder {
  readonly path: string;
  remove(): void;
}

/** Creates the folder. It goes when this process ends in order; what killed processes left goes now. */
export function createAssemblyFolder(): AssemblyFolder {
  mkdirSync(workFolder, { recursive: true });
  for (const name of readdirSync(workFolder)) {
    const [, pid] = ofProcess.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(workFolder, name), { recursive: true, force: true });
  }
  const path = mkdtempSync(join(workFolder, `assembly-${process.pid}-`));
  const removeFolder = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', removeFolder);
  return {
    path,
    remove: () => {
      process.off('exit', removeFolder);
      removeFolder();
    },
  };
}
