import type { ProjectFacts } from '../client-package/manifest.ts';

/** What the package takes over from the project's own package.json. */
export interface CdkProjectFacts extends ProjectFacts {
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The package.json of the package. Paths fit what `bundleConstruct`, `bundleLambdas` and `declareFolder` write. */
export function cdkManifest({ version, license, devDependencies }: CdkProjectFacts): object {
  return {
    name: 'doorman',
    version,
    description: 'Serverless chatrooms whose membership is exact, as a construct of the AWS CDK',
    keywords: ['chat', 'chatroom', 'websocket', 'rongcloud', 'aws', 'cdk', 'construct', 'serverless'],
    license,
    type: 'module',
    exports: {
      './cdk': {
        import: { types: './cdk/index.d.ts', default: './cdk/index.js' },
        require: { types: './cdk/index.d.cts', default: './cdk/index.cjs' },
      },
      './package.json': './package.json',
    },
    files: ['cdk'],
    // The app's own, so that there is one of each.
    peerDependencies: {
      'aws-cdk-lib': `^${devDependencies['aws-cdk-lib']}`,
      constructs: `^${devDependencies.constructs}`,
    },
    engines: { node: '>=20.19' },
  };
}
