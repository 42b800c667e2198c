import { join } from 'node:path';
import { buildClient } from './client-package/build-client.ts';

const folder = join(import.meta.dirname, '..', 'dist', 'client');
const files = await buildClient(folder);
console.log(`${files.length} files in dist/client`);
