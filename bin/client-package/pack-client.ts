import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildClient } from './build-client.ts';

/** Builds the SDK's package in a folder of `parent` and packs it beside that folder; returns the tarball's path. */
export async function packClient(parent: string): Promise<string> {
  const folder = join(parent, 'client');
  await buildClient(folder);
  return packFolder(folder, parent);
}

/** Packs a package into `parent`; returns the tarball's path. */
export async function packFolder(folder: string, parent: string): Promise<string> {
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', parent];
  const { stdout } = await promisify(execFile)('npm', pack, { cwd: folder });
  const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
  if (packed === undefined) throw new Error('unable to pack; npm names no tarball');
  return join(parent, packed.filename);
}
