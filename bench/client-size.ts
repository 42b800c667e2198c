import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClient } from '../bin/client-package/build-client.ts';
import { clientSizes } from '../bin/client-package/client-sizes.ts';
import { documentSection, toTable } from './document-section.ts';

const parent = await mkdtemp(join(tmpdir(), 'doorman-size-'));
try {
  const folder = join(parent, 'client');
  await buildClient(folder);
  const rows = (await clientSizes(folder)).map(({ use, minifiedBytes, gzipBytes }) => [
    use,
    minifiedBytes.toLocaleString('en-US'),
    gzipBytes.toLocaleString('en-US'),
  ]);
  const table = toTable(['an app uses', 'minified B', 'gzip B'], rows);
  console.log(table);
  await documentSection('client.md', 'sizes', table);
} finally {
  await rm(parent, { recursive: true, force: true });
}
