import { Duration, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { AnyAlarm } from './any-alarm.ts';

const unusable =
  'The app secret cannot be read or is malformed, so nobody can connect and every call is refused; the logs say why';

/** The key that signs tokens and server API calls, generated in the account and never part of the template. */
export class AppSecret extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'appSecret of the chatroom application and, while it is being replaced, previousAppSecret',
      // CloudFormation makes a new secret whenever one of these changes, so that none may depend on a setting.
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
        'The application servers hold the same key, so a rotation they do not know of would refuse their calls; the operator rotates both together.',
    });
    new AnyAlarm(this, 'Unusable', 'secretUnusable', Duration.minutes(5), unusable);
  }
}
