import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import current from 'typescript';
import { expect, it } from 'vitest';
import { addPackage, type InstalledClient, projectSource } from './installed-client.ts';

/** TypeScript 5.6, which the check of types brings: an app need not have the newest. */
const older = createRequire(fileURLToPath(import.meta.resolve('@arethetypeswrong/core')))(
  'typescript',
) as typeof current;

type Options = Readonly<Record<string, unknown>>;

const strict: Options = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'ES2022',
  lib: ['ES2022'],
  types: [],
};
const nodeNext: Options = { ...strict, module: 'NodeNext', moduleResolution: 'NodeNext' };
const bundler: Options = { ...strict, module: 'ESNext', moduleResolution: 'Bundler' };
const node10: Options = { ...strict, module: 'CommonJS', moduleResolution: 'Node10' };

/** What TypeScript says of an app. */
function faultsOf(ts: typeof current, file: string, options: Options): readonly string[] {
  const read = ts.convertCompilerOptionsFromJson(options, '/');
  const program = ts.createProgram([file], read.options);
  return [...read.errors, ...ts.getPreEmitDiagnostics(program)].map(
    ({ code, messageText }) => `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
}

/** Apps in TypeScript, without the DOM's types and Node's unless they say so, and with every declaration checked. */
export function describeTypedApps(client: () => InstalledClient): void {
  const write = async (name: string, file: string, type: string): Promise<string> => {
    const files = { [file]: await projectSource('app.ts'), 'package.json': JSON.stringify({ type }) };
    return join(await client().project(name, files), file);
  };

  it.each([
    ['Bundler', 'app.ts', 'module', current, bundler],
    ['NodeNext, ES modules', 'app.ts', 'module', current, nodeNext],
    ['NodeNext, CommonJS', 'app.ts', 'commonjs', current, nodeNext],
    ['NodeNext, .cts', 'app.cts', 'module', current, nodeNext],
    ['Node10', 'app.ts', 'commonjs', current, { ...node10, ignoreDeprecations: '6.0' }],
    ['TypeScript 5.6 and Bundler', 'app.ts', 'module', older, bundler],
    ['TypeScript 5.6 and NodeNext', 'app.ts', 'commonjs', older, nodeNext],
    ['TypeScript 5.6 and Node10', 'app.ts', 'commonjs', older, node10],
  ])('an app with %s compiles', async (name, file, type, ts, options) => {
    const path = await write(`typed-${name.replaceAll(/\W/g, '-')}`, file, type);
    expect(faultsOf(ts, path, options)).toEqual([]);
  });

  it('a browser, Node and ws have sockets that fit the types', async () => {
    const files = {
      'browser.ts': `import { createEngine } from 'doorman-client';
        createEngine('key', { server: 'wss://example.com', WebSocket });`,
      'node.ts': `import { createEngine } from 'doorman-client';
        import { WebSocket } from 'ws';
        createEngine('key', { server: 'wss://example.com', WebSocket });`,
    };
    const folder = await client().project('typed-sockets', files);
    for (const name of ['ws', '@types/ws', '@types/node', 'undici-types']) await addPackage(folder, name);
    // The declarations of others are not for this test to check.
    const options = { ...bundler, skipLibCheck: true };
    expect(faultsOf(current, join(folder, 'browser.ts'), { ...options, lib: ['ES2022', 'DOM'] })).toEqual([]);
    expect(faultsOf(current, join(folder, 'node.ts'), options)).toEqual([]);
  });
}
