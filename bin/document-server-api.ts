import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentOpenApi, documentPage } from './document-server-api/documents.ts';

const top = join(import.meta.dirname, '..');
const page = join(top, 'docs', 'server-api.md');

const { version } = JSON.parse(await readFile(join(top, 'package.json'), 'utf8')) as { version: string };
await writeFile(page, documentPage(await readFile(page, 'utf8')));
await writeFile(join(top, 'docs', 'openapi.json'), documentOpenApi(version));
