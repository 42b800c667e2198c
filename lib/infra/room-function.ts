import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  ApplicationLogLevel,
  Architecture,
  type IFunction,
  type IVersion,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { addErrorAlarm, addFunctionAlarms } from './function-alarms.ts';
import { type GradualDeployment, LIVE } from './gradual-deployment.ts';
import { codeOf } from './lambda-code.ts';
import { createLog } from './log-options.ts';

/** What distinguishes one Lambda from another. */
export interface RoomFunctionProps {
  /** Path of the file from `functions/`, without the extension. */
  readonly entry: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** 0 = none. */
  readonly reservedConcurrency: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  /** Whether its runs are traced by X-Ray. */
  readonly tracing: boolean;
  /** Is raised when its code is wrong, where its own errors do not say so; undefined = an alarm on its errors is added. */
  readonly failing: IAlarm | undefined;
  /** How new code goes live; at once if undefined. */
  readonly gradual: GradualDeployment | undefined;
}

/** One Lambda with its own role, log and alarms. The role can write the log and nothing else until something is granted. */
export class RoomFunction extends Construct {
  /** What is to be started: the function, or its alias. */
  readonly handler: IFunction;
  readonly function: NodejsFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: RoomFunctionProps) {
    super(scope, id);
    this.logGroup = createLog(this, props.logRetention);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(this.role);
    this.function = new NodejsFunction(this, 'Function', {
      ...codeOf(props.entry),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      ...(props.reservedConcurrency > 0 && { reservedConcurrentExecutions: props.reservedConcurrency }),
      timeout: props.timeout,
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // Below it Lambda writes three lines for each run, which cost more than the rest of an idle member.
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: props.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      // So that there is a version to return to.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      environment: { ...props.environment },
      awsSdkConnectionReuse: false,
    });
    if (props.tracing) acknowledgeTracing(this.role);
    const alias = props.gradual && createAlias(this, this.function);
    this.handler = (alias ?? this.function) as IFunction;
    addFunctionAlarms(this, this.handler, props.timeout);
    const failing = props.failing ?? addErrorAlarm(this, this.handler);
    if (alias) props.gradual?.move(id, alias, failing);
  }
}

/** The version of the present code, by a name that stays; without it no version is made. */
const createAlias = (scope: Construct, code: NodejsFunction): Alias =>
  new Alias(scope, 'Live', { aliasName: LIVE, version: code.currentVersion as IVersion });

const acknowledgeTracing = (role: Role): void =>
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray has no resource that a grant to send traces could name.',
  });
