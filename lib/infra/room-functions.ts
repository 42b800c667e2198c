import { Duration } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Capacity } from './capacity.ts';
import type { GradualDeployment } from './gradual-deployment.ts';
import { addresses, applyGrant, type FunctionName, type GrantedResources, grants } from './grants.ts';
import { RoomFunction } from './room-function.ts';

/** API Gateway waits 10 s for an authorizer and 29 s for an integration. A sweep must end before the next one. */
const made: Readonly<Record<FunctionName, { readonly id: string; readonly timeoutSec: number }>> = {
  authorize: { id: 'Authorize', timeoutSec: 10 },
  connect: { id: 'Connect', timeoutSec: 10 },
  disconnect: { id: 'Disconnect', timeoutSec: 29 },
  message: { id: 'Message', timeoutSec: 29 },
  sweep: { id: 'Sweep', timeoutSec: 55 },
  'server-api': { id: 'ServerApi', timeoutSec: 29 },
  changes: { id: 'Changes', timeoutSec: 60 },
  deliver: { id: 'Deliver', timeoutSec: 300 },
  watch: { id: 'Watch', timeoutSec: 60 },
  webhook: { id: 'Webhook', timeoutSec: 20 },
};

/** What all Lambdas of a deployment have in common. */
export interface SharedByFunctions {
  readonly resources: GrantedResources;
  readonly capacityOf: Readonly<Record<FunctionName, Capacity>>;
  /** What each finds in its environment, beside the addresses of what it may use. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  readonly tracing: boolean;
  readonly gradual: GradualDeployment | undefined;
  /** Is raised when sockets get no answer. */
  readonly socketErrors: IAlarm;
}

/** Creates the Lambdas of a deployment, each with its grant, its addresses and its capacity. */
export class RoomFunctions {
  readonly #scope: Construct;
  readonly #shared: SharedByFunctions;
  readonly #all = new Map<FunctionName, IFunction>();

  constructor(scope: Construct, shared: SharedByFunctions) {
    this.#scope = scope;
    this.#shared = shared;
  }

  /** Those that were created, by their names. */
  get all(): ReadonlyMap<FunctionName, IFunction> {
    return this.#all;
  }

  /** Creates a Lambda; those that start the one that delivers come after it. */
  create(name: FunctionName): RoomFunction {
    const { capacityOf, environment, logRetention, tracing, gradual, socketErrors } = this.#shared;
    const { id, timeoutSec } = made[name];
    const resources = { ...this.#shared.resources, deliver: this.#all.get('deliver') };
    const created = new RoomFunction(this.#scope, id, {
      ...{ entry: name, timeout: Duration.seconds(timeoutSec), ...capacityOf[name] },
      ...{ logRetention, tracing, gradual },
      // It refuses a wrong token by an error: a stranger could raise an alarm on its errors.
      failing: name === 'authorize' ? socketErrors : undefined,
      environment: { ...environment, ...addresses(grants[name], resources) },
    });
    applyGrant(grants[name], created.role, resources);
    this.#all.set(name, created.handler);
    return created;
  }
}
