import { wire } from '../lib/handlers/deps.ts';
import { required } from '../lib/handlers/deps-environment.ts';
import { writeLine } from '../lib/handlers/deps-metrics.ts';
import { logged } from '../lib/handlers/log-context.ts';
import { metricsTo } from '../lib/handlers/metrics.ts';
import { sweepHandler } from '../lib/handlers/sweep.ts';

const putMetrics = metricsTo(writeLine, Date.now, required('DEPLOYMENT'));
export const handler = logged(sweepHandler(wire(), Date.now, putMetrics));
