import { Duration, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { AnyAlarm } from './any-alarm.ts';

const unusable =
  'The app secret cannot be read or is malformed: nobody can connect and every call is refused; the logs say why';

/** The key that signs tokens and calls of the server API. It is generated in the account and is in no template. */
export class AppSecret extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'appSecret of the chatroom application and, while it is being replaced, previousAppSecret',
      // CloudFormation generates a new secret when one of these changes, so none of them may depend on a setting.
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'appSecret',
        excludePunctuation: true,
        passwordLength: 32,
      },
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Application servers hold the same key, so a rotation behind their back would refuse their calls; the operator rotates both together.',
    });
    new AnyAlarm(this, 'Unusable', 'secretUnusable', Duration.minutes(5), unusable);
  }
}
