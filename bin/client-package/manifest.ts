/** What the package takes over from the project's own package.json. */
export interface ProjectFacts {
  readonly version: string;
  readonly license: string;
}

/** The name under which apps install the SDK. */
export const PACKAGE_NAME = 'doorman-client';

/** The package.json of the package. Paths fit what `bundleClient` and `declareClient` write. */
export function clientManifest({ version, license }: ProjectFacts): object {
  return {
    name: PACKAGE_NAME,
    version,
    description: "Doorman's chatroom client for browsers, React Native and Node",
    keywords: ['chat', 'chatroom', 'websocket', 'rongcloud', 'react-native', 'sdk'],
    license,
    type: 'module',
    // Bundlers leave out what an app does not import.
    sideEffects: false,
    // For tools that do not read `exports`.
    main: './index.cjs',
    module: './index.js',
    types: './types/index.d.cts',
    exports: {
      '.': {
        import: { types: './types/index.d.ts', default: './index.js' },
        require: { types: './types/index.d.cts', default: './index.cjs' },
      },
      './package.json': './package.json',
    },
    files: ['index.js', 'index.js.map', 'index.cjs', 'index.cjs.map', 'types'],
    engines: { node: '>=20' },
  };
}
