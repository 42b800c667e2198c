// Runs dynalite in its own process: node dynalite-process.mjs <port> [<path>]
import { createRequire } from 'node:module';

const [port, path] = process.argv.slice(2);
const dynalite = createRequire(import.meta.url)('dynalite');
dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }).listen(Number(port), '127.0.0.1');
process.once('disconnect', () => process.exit(0));
