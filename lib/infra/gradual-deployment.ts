import { Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

const policy = 'service-role/AWSCodeDeployRoleForLambdaLimited';

/** The alias to which everything goes that starts a Lambda. */
export const LIVE = 'live';

/**
 * Moves a tenth of the runs to a new version, and the rest five minutes later; an alarm in between moves them back and
 * fails the deployment. All Lambdas share a role, which may move their aliases.
 */
export class GradualDeployment extends Construct {
  readonly #application: LambdaApplication;
  readonly #role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#application = new LambdaApplication(this, 'Application');
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(policy)],
    });
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
      reason: 'AWS maintains this policy for what CodeDeploy needs to move an alias; it reads alarms and starts hooks.',
    });
  }

  /** Moves this alias gradually, unless this alarm is raised. */
  move(id: string, alias: Alias, alarm: IAlarm): void {
    new LambdaDeploymentGroup(this, id, {
      application: this.#application,
      role: this.#role,
      alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [alarm],
    });
  }
}
