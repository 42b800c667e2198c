import type { DeploymentSettings } from '../domain/settings.ts';
import type { FunctionName } from './grants.ts';

/** What a Lambda gets of the account. */
export interface Capacity {
  readonly memoryMb: number;
  /** 0 = none. */
  readonly reservedConcurrency: number;
}

/** The capacity of each Lambda. Those that are needed together have one setting for their concurrency. */
export const capacities = (settings: DeploymentSettings): Readonly<Record<FunctionName, Capacity>> => {
  const { connectConcurrency, changesConcurrency } = settings;
  return {
    authorize: { memoryMb: settings.authorizeMemoryMb, reservedConcurrency: connectConcurrency },
    connect: { memoryMb: settings.connectMemoryMb, reservedConcurrency: connectConcurrency },
    disconnect: { memoryMb: settings.disconnectMemoryMb, reservedConcurrency: connectConcurrency },
    message: { memoryMb: settings.messageMemoryMb, reservedConcurrency: settings.messageConcurrency },
    sweep: { memoryMb: settings.sweepMemoryMb, reservedConcurrency: settings.sweepConcurrency },
    'server-api': { memoryMb: settings.serverApiMemoryMb, reservedConcurrency: settings.serverApiConcurrency },
    changes: { memoryMb: settings.changesMemoryMb, reservedConcurrency: changesConcurrency },
    deliver: { memoryMb: settings.deliverMemoryMb, reservedConcurrency: settings.deliverConcurrency },
    watch: { memoryMb: settings.watchMemoryMb, reservedConcurrency: changesConcurrency },
    webhook: { memoryMb: settings.webhookMemoryMb, reservedConcurrency: changesConcurrency },
  };
};
