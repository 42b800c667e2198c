import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../base/is-alive.ts';

/** Releases a lock. */
export type Unlock = () => void;

const LOCK_NAME = 'doorman.lock';

/**
 * Takes the lock of a folder for this process.
 * @throws Error `unable to use <folder>; <why>` while another process has it. The lock of a process that was killed is
 * taken over.
 */
export function lockFolder(folder: string, pid: number): Unlock {
  const file = join(folder, LOCK_NAME);
  if (!create(file, pid)) {
    const owner = readOwner(file);
    if (owner === undefined || isAlive(owner) || !takeAway(file, owner) || !create(file, pid)) {
      throw new Error(refusal(folder, file));
    }
  }
  return () => {
    if (readOwner(file) === pid) rmSync(file, { force: true });
  };
}

/** Creates the lock file unless it exists: of two processes one does. */
function create(file: string, pid: number): boolean {
  try {
    writeFileSync(file, `${pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a dead owner; false when another process has taken it over since it was read. */
function takeAway(file: string, owner: number): boolean {
  const aside = `${file}.${owner}`;
  try {
    renameSync(file, aside);
  } catch {
    return false;
  }
  const isStale = readOwner(aside) === owner;
  if (isStale) rmSync(aside, { force: true });
  else renameSync(aside, file);
  return isStale;
}

function readOwner(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

function refusal(folder: string, file: string): string {
  const owner = readOwner(file);
  const who = owner === undefined ? 'another process uses it' : `process ${owner} uses it`;
  return `unable to use ${folder}; ${who} (if none does, remove ${file})`;
}
