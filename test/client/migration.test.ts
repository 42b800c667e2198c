import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createEngine } from '../../lib/client/index.ts';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const page = readFileSync(pathOf('../../docs/migration.md'), 'utf8');
const samples = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '');

/** What the samples take for granted of the app around them. */
const APP = `
declare function show(what: unknown): void;
declare function fetchToken(userId: string): Promise<string>;
declare function listenToNetwork(changed: (isConnected: boolean) => void): () => void;
declare function listenToApp(changed: (state: 'active' | 'background') => void): () => void;
`;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: [],
  paths: { 'doorman-client': [pathOf('../../lib/client/index.ts')] },
};

/** What TypeScript says of samples, each of which is a file of its own. */
function faultsOf(texts: readonly string[]): readonly string[] {
  const files = new Map(texts.map((text, index) => [pathOf(`./sample-${index + 1}.ts`), text + APP]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, languageVersion) => {
    const text = files.get(path);
    if (text === undefined) return getSourceFile(path, languageVersion);
    return ts.createSourceFile(path, text, languageVersion);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || files.has(file.fileName))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

it('the samples of docs/migration.md compile', () => {
  expect(samples.length).toBeGreaterThanOrEqual(3);
  expect(faultsOf(samples)).toEqual([]);
});

it('a sample with a call that is not there does not', () => {
  const [first = ''] = samples;
  expect(faultsOf([first.replaceAll('leaveChatRoom', 'quitChatRoom')])).toEqual([
    expect.stringContaining("'quitChatRoom' does not exist"),
  ]);
});

it('the right-hand column names calls and listeners that are there', () => {
  const rows = [...page.matchAll(/^\| .* \| (.*) \|$/gm)].map(([, here]) => here ?? '');
  const names = rows.flatMap((row) => [...row.matchAll(/`(?:engine\.)?((?:setOn\w+)|(?<=engine\.)\w+)/g)]);
  const called = names.map(([, name]) => name ?? '').filter((name) => name !== 'setOn');
  expect(called.length).toBeGreaterThan(25);
  const engine = createEngine('', { server: 'wss://chat.example', WebSocket: WebSocket as never });
  expect(called.filter((name) => !(name in engine))).toEqual([]);
});
