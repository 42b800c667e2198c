import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from '../../../lib/local/data-folder/data-folder.ts';
import { startEmulator } from '../../../lib/local/dynamodb/emulator.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorman-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

describe('the lock of a data folder', () => {
  it('is for one process at a time', () => {
    const unlock = openDataFolder(folder, process.pid);
    const refusal = `unable to use ${folder}; process ${process.pid} uses it (if none does, remove ${folder}/doorman.lock)`;
    expect(() => openDataFolder(folder, 1)).toThrow(refusal);
    unlock();
    openDataFolder(folder, process.pid)();
  });

  it('of a process that was killed is taken over', () => {
    openDataFolder(folder, deadPid());
    const unlock = openDataFolder(folder, process.pid);
    expect(readFileSync(join(folder, 'doorman.lock'), 'utf8')).toBe(`${process.pid}\n`);
    unlock();
  });

  it('that says nothing is nobody’s to remove', () => {
    writeFileSync(join(folder, 'doorman.lock'), '');
    expect(() => openDataFolder(folder, process.pid)).toThrow(`unable to use ${folder}; another process uses it (if`);
    expect(readFileSync(join(folder, 'doorman.lock'), 'utf8')).toBe('');
  });

  it('is not released by another process', () => {
    const unlock = openDataFolder(folder, process.pid);
    writeFileSync(join(folder, 'doorman.lock'), '1\n');
    unlock();
    expect(readFileSync(join(folder, 'doorman.lock'), 'utf8')).toBe('1\n');
  });
});

describe('a data folder', () => {
  it('is no file', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'mine');
    expect(() => openDataFolder(file, process.pid)).toThrow(`unable to use ${file}; `);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it.each([
    ['is empty', 0, 'it is empty'],
    ['lost all but its first 60 bytes', 60, 'it is no SQLite database'],
    ['lost all but its first page', 4096, 'its end is missing'],
  ])('with a database that %s is refused, and keeps it', async (_what, bytes, why) => {
    await (await startEmulator({ engine: 'dynoxide', dataDir: folder })).close();
    const file = join(folder, 'dynamodb.sqlite');
    openDataFolder(folder, process.pid)();
    const damaged = readFileSync(file).subarray(0, bytes);
    writeFileSync(file, damaged);
    const refusal = `unable to use ${file}; ${why} (it is kept as it is: move it away to begin with no rooms)`;
    expect(() => openDataFolder(folder, process.pid)).toThrow(refusal);
    expect(readFileSync(file)).toEqual(damaged);
    // The lock is free.
    expect(() => openDataFolder(folder, process.pid)).toThrow(refusal);
  });

  it('with a file in place of the database is refused', () => {
    const file = join(folder, 'dynamodb.sqlite');
    writeFileSync(file, 'x'.repeat(5000));
    expect(() => openDataFolder(folder, process.pid)).toThrow(`unable to use ${file}; it is no SQLite database`);
  });

  it.each([
    ['dynoxide', 'dynalite', () => mkdirSync(join(folder, 'dynalite'))],
    ['dynalite', 'dynamodb.sqlite', () => writeFileSync(join(folder, 'dynamodb.sqlite'), '')],
  ] as const)('that another engine wrote is not begun again by %s', async (engine, name, write) => {
    write();
    const refusal = `unable to use ${join(folder, name)} with ${engine}; `;
    await expect(startEmulator({ engine, dataDir: folder })).rejects.toThrow(refusal);
  });
});
