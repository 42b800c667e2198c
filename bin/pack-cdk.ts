import { join, relative } from 'node:path';
import { packCdk } from './cdk-package/build-cdk.ts';

const project = join(import.meta.dirname, '..');
console.log(relative(project, await packCdk(join(project, 'dist'))));
