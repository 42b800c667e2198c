// Runs after the packages are installed. One of them is the Node of the Lambdas, and npm would run every script on it
// instead of on the user's own: so its command goes, and the Lambdas find it by its package.
import { rmSync } from 'node:fs';

rmSync(new URL('../node_modules/.bin/node', import.meta.url), { force: true });
