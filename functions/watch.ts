import { readLease, wire } from '../lib/handlers/deps.ts';
import { watchHandler } from '../lib/handlers/watch.ts';

export const handler = watchHandler(wire(), Date.now, readLease);
