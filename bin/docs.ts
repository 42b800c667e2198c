import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  documentBadNetworks,
  documentClientReference,
  documentOpenApi,
  documentServerApi,
  documentSettings,
} from './docs/documents.ts';

const top = join(import.meta.dirname, '..');

async function rewrite(path: string, document: (page: string) => string): Promise<void> {
  const file = join(top, path);
  await writeFile(file, document(await readFile(file, 'utf8')));
}

const { version } = JSON.parse(await readFile(join(top, 'package.json'), 'utf8')) as { version: string };
await rewrite('docs/settings.md', documentSettings);
await rewrite('docs/server-api.md', documentServerApi);
await rewrite('docs/openapi.json', () => documentOpenApi(version));
await rewrite('docs/client-reference.md', (page) => documentClientReference(page, top));
await rewrite('docs/bad-networks.md', documentBadNetworks);
