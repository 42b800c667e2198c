import { wire } from '../lib/handlers/deps.ts';
import { metricsTo } from '../lib/handlers/metrics.ts';
import { sweepHandler } from '../lib/handlers/sweep.ts';

const putMetrics = metricsTo(console.log, Date.now);
export const handler = sweepHandler(wire(), Date.now, putMetrics);
