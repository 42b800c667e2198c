import { wire } from '../lib/handlers/deps.ts';
import { required } from '../lib/handlers/deps-environment.ts';
import { metricsTo } from '../lib/handlers/metrics.ts';
import { sweepHandler } from '../lib/handlers/sweep.ts';

const putMetrics = metricsTo(console.log, Date.now, required('DEPLOYMENT'));
export const handler = sweepHandler(wire(), Date.now, putMetrics);
