import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build, type Format, type Plugin } from 'esbuild';
import { Code } from '../../lib/protocol/codes.ts';
import type { PackageFile } from './package-file.ts';

/** What browsers of the last three years and Node 20 run as it is; Metro lowers it for Hermes. */
const TARGET = 'es2022';

/** Writes each `Code.NAME` as its number, as TypeScript does with a const enum: an app need not carry the names. */
const numbersForCodes: Plugin = {
  name: 'numbers-for-codes',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]lib[\\/]client[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: withNumbers(text), loader: 'ts' };
    });
  },
};

const numbers: ReadonlyMap<string, number> = new Map(Object.entries(Code));

const withNumbers = (text: string): string =>
  text.replaceAll(/\bCode\.([A-Z_]+)\b/g, (name, key: string) => {
    const number = numbers.get(key);
    return number === undefined ? name : `(${number})`;
  });

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
    plugins: [numbersForCodes],
  });
  return outputFiles.map(({ path, text }) => ({ path: relative(folder, path), text }));
}
