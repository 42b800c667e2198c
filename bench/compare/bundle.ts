import { join } from 'node:path';
import { build } from 'esbuild';

const bench = join(import.meta.dirname, '..');
const requireBanner =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

/** Bundles a program of bench into `folder`, as the stack bundles its Lambdas. Returns the bundle's file. */
export async function bundle(folder: string, entry: string): Promise<string> {
  const outfile = join(folder, `${entry.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`);
  await build({
    entryPoints: [join(bench, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    mainFields: ['module', 'main'],
    banner: { js: requireBanner },
    logLevel: 'warning',
  });
  return outfile;
}
