import { readLease, wire } from '../lib/handlers/deps.ts';
import { logged } from '../lib/handlers/log-context.ts';
import { watchHandler } from '../lib/handlers/watch.ts';

export const handler = logged(watchHandler(wire(), Date.now, readLease));
