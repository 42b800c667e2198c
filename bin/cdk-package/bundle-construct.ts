import { join, relative } from 'node:path';
import { build, type Format } from 'esbuild';
import { lambdaBundling } from '../../lib/infra/lambda-code.ts';
import type { PackageFile } from '../client-package/package-file.ts';

/** Where the construct is in the package; it finds the bundles of the Lambdas in the folder `lambdas` beside it. */
export const CDK_FOLDER = 'cdk';

interface BundleOptions {
  readonly format: Format;
  readonly extension: string;
  readonly define?: Readonly<Record<string, string>>;
}

/** The construct as one file for `import` and one for `require`; the CDK stays a package of the app. */
export async function bundleConstruct(project: string): Promise<readonly PackageFile[]> {
  const [modules, scripts] = await Promise.all([
    bundle(project, { format: 'esm', extension: '.js' }),
    bundle(project, { format: 'cjs', extension: '.cjs', define: { 'import.meta.dirname': '__dirname' } }),
  ]);
  return [...modules, ...scripts];
}

async function bundle(project: string, { format, extension, define = {} }: BundleOptions) {
  // Nothing is written here.
  const folder = join(project, 'dist', 'doorman');
  const { outputFiles } = await build({
    entryPoints: [join(project, 'lib', 'infra', 'index.ts')],
    absWorkingDir: project,
    outdir: join(folder, CDK_FOLDER),
    outExtension: { '.js': extension },
    write: false,
    bundle: true,
    format,
    define: { ...define },
    target: 'node20',
    platform: 'node',
    external: ['aws-cdk-lib', 'constructs'],
    legalComments: 'none',
  });
  return outputFiles.map(({ path, text }) => ({ path: relative(folder, path), text }));
}

/** The bundles of the Lambdas, each as a synthesis of the project makes it. */
export async function bundleLambdas(project: string, names: readonly string[]): Promise<readonly PackageFile[]> {
  const { target, mainFields, banner } = lambdaBundling;
  const bundles = await Promise.all(
    names.map(async (name) => {
      const { outputFiles } = await build({
        entryPoints: [join(project, 'functions', `${name}.ts`)],
        absWorkingDir: project,
        outfile: join(project, 'dist', 'index.mjs'),
        write: false,
        bundle: true,
        minify: true,
        format: 'esm',
        platform: 'node',
        target,
        mainFields: [...mainFields],
        banner: { js: banner },
      });
      return outputFiles.map(({ text }) => ({ path: join(CDK_FOLDER, 'lambdas', name, 'index.mjs'), text }));
    }),
  );
  return bundles.flat();
}
