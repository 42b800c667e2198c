import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes where this run is, for the programs that use it; only its user may read the secret. */
export function writeInfo(file: string, info: Readonly<Record<string, unknown>>): void {
  mkdirSync(dirname(file), { recursive: true });
  // A file that exists would keep its mode.
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify({ ...info, pid: process.pid }, null, 2)}\n`, { mode: 0o600 });
}

/** Removes the file, unless a later run has written its own since. */
export function removeOwnInfo(file: string): void {
  if (readPid(file) === process.pid) rmSync(file, { force: true });
}

function readPid(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).pid;
  } catch {
    return undefined;
  }
}
