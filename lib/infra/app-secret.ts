import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { LimitAlarm } from './limit-alarm.ts';
import { metricOf } from './own-metric.ts';

const unusable =
  'The app secret cannot be read or is malformed: nobody can connect and every call is refused; the logs say why';

/** Which secret to use. */
export interface AppSecretProps {
  /** One that was passed goes before `secretArn`. */
  readonly secret?: ISecret | undefined;
  /** ARN of a secret that exists; empty: make a new one. */
  readonly secretArn: string;
  /** Whether a new secret outlives the stack. */
  readonly keepData: boolean;
  readonly deployment: string;
}

/** The key that signs tokens and calls of the server API. It is generated in the account and is in no template. */
export class AppSecret extends Construct {
  readonly secret: Secret | ISecret;

  constructor(scope: Construct, id: string, props: AppSecretProps) {
    super(scope, id);
    const { secret, secretArn, keepData, deployment } = props;
    const adopted = secretArn === '' ? undefined : Secret.fromSecretCompleteArn(this, 'Adopted', secretArn);
    this.secret = secret ?? adopted ?? createSecret(this, keepData);
    const period = Duration.minutes(5);
    new LimitAlarm(this, 'Unusable', {
      ...{ metric: metricOf({ deployment, metricName: 'secretUnusable', period }, 'Sum'), limit: 1, periods: 1 },
      meaning: unusable,
    });
  }
}

function createSecret(scope: Construct, keepData: boolean): Secret {
  const secret = new Secret(scope, 'Secret', {
    description: 'appSecret of the chatroom application and, while it is being replaced, previousAppSecret',
    // Application servers hold it, so it outlives the stack, as the table does.
    removalPolicy: keepData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    // CloudFormation generates a new secret when one of these changes, so none of them may depend on a setting.
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: 'appSecret',
      excludePunctuation: true,
      passwordLength: 32,
    },
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'Application servers hold the same key, so a rotation behind their back would refuse their calls; the operator rotates both together.',
  });
  return secret;
}
