import { Logger } from '@aws-lambda-powertools/logger';

const logger = new Logger({ serviceName: 'doorman' });

/** Logs what could not be done; never the content of a message or a secret. */
export function onFault(what: string, fault: unknown): void {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  logger.error(`unable to ${what}`, { fault: error.name, why: error.message });
}
