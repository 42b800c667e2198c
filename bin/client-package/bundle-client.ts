import { join, relative } from 'node:path';
import { build, type Format } from 'esbuild';
import type { PackageFile } from './package-file.ts';

/** What browsers of the last three years and Node 20 run as it is; Metro lowers it for Hermes. */
const TARGET = 'es2022';

/** The SDK as one file for `import` and one for `require`, each with a source map that carries the sources. */
export async function bundleClient(project: string): Promise<readonly PackageFile[]> {
  const [modules, scripts] = await Promise.all([bundle(project, 'esm', '.js'), bundle(project, 'cjs', '.cjs')]);
  return [...modules, ...scripts];
}

async function bundle(project: string, format: Format, extension: string): Promise<readonly PackageFile[]> {
  // Nothing is written here: the folder only fixes how the map names the sources, wherever the package is built.
  const folder = join(project, 'dist', 'client');
  const { outputFiles } = await build({
    entryPoints: [join(project, 'lib', 'client', 'index.ts')],
    absWorkingDir: project,
    outdir: folder,
    outExtension: { '.js': extension },
    write: false,
    bundle: true,
    format,
    target: TARGET,
    platform: 'neutral',
    sourcemap: 'linked',
    legalComments: 'none',
  });
  return outputFiles.map(({ path, text }) => ({ path: relative(folder, path), text }));
}
