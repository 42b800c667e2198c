import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleClient } from './bundle-client.ts';
import { declareClient } from './declare-client.ts';
import { clientManifest, type ProjectFacts } from './manifest.ts';
import type { PackageFile } from './package-file.ts';

const project = join(import.meta.dirname, '..', '..');

/** Builds the SDK's package into a folder, whose former content goes; returns what it wrote. */
export async function buildClient(folder: string): Promise<readonly PackageFile[]> {
  const [facts, readme, license, bundles] = await Promise.all([
    read('package.json'),
    read('bin/client-package/README.md'),
    read('LICENSE'),
    bundleClient(project),
  ]);
  const manifest = clientManifest(JSON.parse(facts) as ProjectFacts);
  const files = [
    { path: 'package.json', text: `${JSON.stringify(manifest, null, 2)}\n` },
    { path: 'README.md', text: readme },
    { path: 'LICENSE', text: license },
    ...bundles,
    ...declareClient(project),
  ];
  await writePackage(folder, files);
  return files;
}

/** Writes the files of a package into a folder, whose former content goes. */
export async function writePackage(folder: string, files: readonly PackageFile[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const { path, text } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

const read = (path: string): Promise<string> => readFile(join(project, path), 'utf8');
