import { wire } from '../lib/handlers/deps.ts';
import { sweepHandler } from '../lib/handlers/sweep.ts';

export const handler = sweepHandler(wire());
