import { join, relative } from 'node:path';
import { packClient } from './client-package/pack-client.ts';

const project = join(import.meta.dirname, '..');
console.log(relative(project, await packClient(join(project, 'dist'))));
