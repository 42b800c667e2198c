import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder, type Unlock } from './folder-lock.ts';
import { sqliteFault } from './sqlite-file.ts';

/** Where a stack keeps its data between runs. */
export interface DataFolder {
  /** The database of dynoxide: a file. */
  readonly dynoxide: string;
  /** The database of dynalite: a folder. */
  readonly dynalite: string;
  readonly secrets: string;
}

/** The files in a folder of data. */
export const dataFilesIn = (folder: string): DataFolder => ({
  dynoxide: join(folder, 'dynamodb.sqlite'),
  dynalite: join(folder, 'dynalite'),
  secrets: join(folder, 'secrets.json'),
});

/**
 * Creates the folder if it is missing, and locks it for this process.
 * @throws Error that names the folder or file: another process uses it, it is no folder, or a file of it is damaged. A
 * damaged file stays as it is: what replaced it would have none of its rooms.
 */
export function openDataFolder(folder: string, pid: number): Unlock {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Error(`unable to use ${folder}; ${error instanceof Error ? error.message : String(error)}`);
  }
  const unlock = lockFolder(folder, pid);
  const { dynoxide } = dataFilesIn(folder);
  const fault = existsSync(dynoxide) ? sqliteFault(dynoxide) : undefined;
  if (fault === undefined) return unlock;
  unlock();
  throw new Error(`unable to use ${dynoxide}; ${fault} (it is kept as it is: move it away to begin with no rooms)`);
}
