import { join } from 'node:path';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type IFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

const projectRoot = join(import.meta.dirname, '..', '..');

// Some bundled packages still call require, which an ES module does not have.
const requireBanner =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

/** What distinguishes one Lambda from another. */
export interface RoomFunctionProps {
  /** Path of the file from `functions/`, without the extension. */
  readonly entry: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** 0 = none. */
  readonly reservedConcurrency: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** One Lambda with its own role and log. The role can write the log and nothing else until something is granted. */
export class RoomFunction extends Construct {
  readonly handler: IFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: RoomFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(this.role);
    this.handler = new NodejsFunction(this, 'Function', {
      entry: join(projectRoot, 'functions', `${props.entry}.ts`),
      handler: 'handler',
      projectRoot,
      depsLockFilePath: join(projectRoot, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      ...(props.reservedConcurrency > 0 && { reservedConcurrentExecutions: props.reservedConcurrency }),
      timeout: props.timeout,
      role: this.role,
      logGroup: this.logGroup,
      environment: { ...props.environment },
      awsSdkConnectionReuse: false,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node20',
        minify: true,
        sourceMap: false,
        mainFields: ['module', 'main'],
        externalModules: [],
        bundleAwsSDK: true,
        banner: requireBanner,
      },
    });
  }
}
