import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { Page, PageFile } from './console-server.ts';

const consoleFolder = join(import.meta.dirname, '..');
const sdkSource = join(consoleFolder, '..', 'lib', 'client', 'index.ts');
const SDK_MODULE = '\0doorman-client.js';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Builds the page in memory. `sdk`: the SDK as apps install it, one ES module. */
export async function buildPage(sdk: string): Promise<Page> {
  // Loaded here, so that a start without a page does not pay for it.
  const { build } = await import('vite');
  const built = await build({
    root: consoleFolder,
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [packedSdk(sdk)],
    // Nothing in the page may need a script or a style inside the document.
    build: { write: false, target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (bundle === undefined || !('output' in bundle)) throw new Error('unable to build the page; nothing was built');
  const files = bundle.output.map((file): [string, PageFile] => [
    `/${file.fileName}`,
    { type: typeOf(file.fileName), content: file.type === 'chunk' ? file.code : file.source },
  ]);
  const page = new Map(files);
  const document = page.get('/index.html');
  return document === undefined ? page : page.set('/', document);
}

const typeOf = (path: string): string => types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';

/** Replaces the source of the SDK by the package that is made of it. */
const packedSdk = (sdk: string): Plugin => ({
  name: 'packed-sdk',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!source.endsWith('lib/client/index.ts')) return undefined;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found?.id === sdkSource ? SDK_MODULE : undefined;
  },
  load: (id) => (id === SDK_MODULE ? sdk : undefined),
});
