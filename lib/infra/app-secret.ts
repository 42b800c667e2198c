import { Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** The key that signs tokens and server API calls, generated in the account and never part of the template. */
export class AppSecret extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, appKey: string) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'appKey and appSecret of the chatroom application',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ appKey }),
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
  }
}
