import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packClient } from '../../bin/client-package/pack-client.ts';
import { top } from '../support/project-files.ts';

/** The packed SDK, installed by npm in a folder outside the project, as an app has it. */
export interface InstalledClient {
  readonly tarball: string;
  /** Where npm installed the package. */
  readonly folder: string;
  /** Makes a project that finds the package; returns its folder. Files are texts by path. */
  project(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  remove(): Promise<void>;
}

/** Packs the SDK and installs the tarball without a registry: it has no dependencies. */
export async function installClient(): Promise<InstalledClient> {
  const parent = await mkdtemp(join(tmpdir(), 'doorman-client-'));
  const tarball = await packClient(parent);
  await writeFile(join(parent, 'package.json'), '{ "private": true }');
  await promisify(execFile)('npm', ['install', '--offline', '--ignore-scripts', tarball], { cwd: parent });
  return {
    tarball,
    folder: join(parent, 'node_modules', 'doorman-client'),
    project: async (name, files) => {
      const folder = join(parent, 'projects', name);
      for (const [path, text] of Object.entries(files)) {
        const file = join(folder, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
      return folder;
    },
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}

/** Gives a project a package that this project has too. */
export async function addPackage(folder: string, name: string): Promise<void> {
  await cp(join(top, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
}

/** A file of the projects beside this file, as text. */
export const projectSource = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, 'projects', name), 'utf8');
