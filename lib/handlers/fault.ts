import { Logger } from '@aws-lambda-powertools/logger';
import { wireIncidents } from './deps-metrics.ts';
import { logContext } from './log-context.ts';

const logger = new Logger({ serviceName: 'doorman' });
const count = wireIncidents();

/** Logs and counts what could not be done; never the content of a message or a secret. */
export function onFault(what: string, fault: unknown): void {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  logger.error(`unable to ${what}`, { fault: error.name, why: error.message, ...logContext() });
  count('faults');
}
