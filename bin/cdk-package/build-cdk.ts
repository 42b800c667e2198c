import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePackage } from '../client-package/build-client.ts';
import { declareFolder } from '../client-package/declare-client.ts';
import { packFolder } from '../client-package/pack-client.ts';
import type { PackageFile } from '../client-package/package-file.ts';
import { bundleConstruct, bundleLambdas, CDK_FOLDER } from './bundle-construct.ts';
import { type CdkProjectFacts, cdkManifest } from './manifest.ts';

const project = join(import.meta.dirname, '..', '..');

/** Builds the package of the construct into a folder, whose former content goes; returns what it wrote. */
export async function buildCdk(folder: string): Promise<readonly PackageFile[]> {
  const lambdas = (await readdir(join(project, 'functions'))).map((file) => file.replace('.ts', ''));
  const [facts, readme, license, construct, bundles] = await Promise.all([
    read('package.json'),
    read('bin/cdk-package/README.md'),
    read('LICENSE'),
    bundleConstruct(project),
    bundleLambdas(project, lambdas),
  ]);
  const manifest = cdkManifest(JSON.parse(facts) as CdkProjectFacts);
  const files = [
    { path: 'package.json', text: `${JSON.stringify(manifest, null, 2)}\n` },
    { path: 'README.md', text: readme },
    { path: 'LICENSE', text: license },
    ...construct,
    ...bundles,
    ...declareFolder(project, 'infra', CDK_FOLDER, ['node']),
  ];
  await writePackage(folder, files);
  return files;
}

/** Builds the package in a folder of `parent` and packs it beside that folder; returns the tarball's path. */
export async function packCdk(parent: string): Promise<string> {
  const folder = join(parent, 'doorman');
  await buildCdk(folder);
  return packFolder(folder, parent);
}

const read = (path: string): Promise<string> => readFile(join(project, path), 'utf8');
