import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** In the package the bundles lie beside this code; in the project there are none, and esbuild makes them. */
const prebuilt = join(import.meta.dirname, 'lambdas');
const projectRoot = join(import.meta.dirname, '..', '..');

/** How esbuild bundles a Lambda. */
export const lambdaBundling = {
  target: 'node20',
  mainFields: ['module', 'main'],
  // Some bundled packages still call require, which an ES module does not have.
  banner:
    "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
};

/** The code of a Lambda; `entry`: path of its file from `functions/`, without the extension. */
export function codeOf(entry: string): NodejsFunctionProps {
  if (existsSync(prebuilt)) return { code: Code.fromAsset(join(prebuilt, entry)), handler: 'index.handler' };
  return {
    entry: join(projectRoot, 'functions', `${entry}.ts`),
    handler: 'handler',
    projectRoot,
    depsLockFilePath: join(projectRoot, 'package-lock.json'),
    bundling: {
      format: OutputFormat.ESM,
      ...lambdaBundling,
      minify: true,
      sourceMap: false,
      externalModules: [],
      bundleAwsSDK: true,
    },
  };
}
