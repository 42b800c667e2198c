import { Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** The topic that each alarm notifies when it is raised and when it is over: a new one, or one that exists. */
export class AlarmTopic extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, existing: ITopic | undefined) {
    super(scope, id);
    this.topic = existing ?? createTopic(this);
  }

  notifyOf(alarms: readonly Alarm[]): void {
    const action = new SnsAction(this.topic);
    for (const alarm of alarms) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
}

function createTopic(scope: Construct): Topic {
  // Not encrypted by the key of SNS: CloudWatch may not use it, and an alarm would be lost. It holds no secret.
  const topic = new Topic(scope, 'Topic', { displayName: 'Doorman', enforceSSL: true });
  // A topic with a policy of its own has lost the one that lets CloudWatch publish.
  const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
  topic.grantPublish(cloudWatch);
  return topic;
}
