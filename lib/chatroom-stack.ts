import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type DeploymentSettings, settingsOfLambdas } from './domain/settings.ts';
import { AppSecret } from './infra/app-secret.ts';
import { capacities } from './infra/capacity.ts';
import { ChangeStream } from './infra/change-stream.ts';
import { Deliveries } from './infra/deliveries.ts';
import { addresses, applyGrant, type FunctionName, grants } from './infra/grants.ts';
import { RoomFunction } from './infra/room-function.ts';
import { RoomTable } from './infra/room-table.ts';
import { ServerApi } from './infra/server-api.ts';
import { SocketApi } from './infra/socket-api.ts';
import { SweepAlarms } from './infra/sweep-alarms.ts';
import { SweepSchedule } from './infra/sweep-schedule.ts';
import { WebhookQueue } from './infra/webhook-queue.ts';

/** The whole deployment: a table with its stream, a secret, the Lambdas, two APIs, schedules and, if set, a webhook. */
export class ChatroomStack extends Stack {
  constructor(scope: Construct, id: string, settings: DeploymentSettings, props: StackProps = {}) {
    super(scope, id, { description: 'Doorman: serverless chatrooms', ...props });
    const deployment = this.stackName;
    const { table, streamArn } = new RoomTable(this, 'Rooms', settings);
    const { secret } = new AppSecret(this, 'App', { secretArn: settings.secretArn, deployment });
    const sockets = new SocketApi(this, 'Sockets', {
      throttle: { rateLimit: settings.socketRequestsPerSec, burstLimit: settings.socketBurst },
      manageApiLogging: settings.manageApiLogging,
    });
    const stream = new ChangeStream(this, 'ChangeStream', streamArn, settings);
    const { webhookUrl } = settings;
    const capacityOf = capacities(settings);
    const lambdaSettings = JSON.stringify(settingsOfLambdas(settings));
    const events = webhookUrl === '' ? undefined : new WebhookQueue(this, 'Events');

    const { lostChanges } = stream;
    const queues = { lostChanges, webhookQueue: events?.queue };
    const resources = { table, streamArn, secret, sockets: sockets.stage, ...queues, webhookUrl };
    const createFunction = (id: string, entry: FunctionName, timeout: Duration, deliver?: IFunction) => {
      const all = { ...resources, deliver };
      const environment = { SETTINGS: lambdaSettings, DEPLOYMENT: deployment, ...addresses(grants[entry], all) };
      const created = new RoomFunction(this, id, { entry, timeout, environment, ...capacityOf[entry] });
      applyGrant(grants[entry], created.role, all);
      return created;
    };
    const deliver = createFunction('Deliver', 'deliver', Duration.minutes(5));
    const addFunction = (id: string, entry: FunctionName, timeout: Duration) =>
      createFunction(id, entry, timeout, deliver.handler).handler;
    const deliveries = new Deliveries(this, 'Deliveries', deliver);
    deliveries.watch(addFunction('Watch', 'watch', Duration.seconds(60)), streamArn);

    // API Gateway waits 10 s for an authorizer and 29 s for an integration. A sweep must end before the next one.
    const sweep = addFunction('Sweep', 'sweep', Duration.seconds(55));
    const serverApiFunction = addFunction('ServerApi', 'server-api', Duration.seconds(29));
    sockets.route({
      authorize: addFunction('Authorize', 'authorize', Duration.seconds(10)),
      connect: addFunction('Connect', 'connect', Duration.seconds(10)),
      disconnect: addFunction('Disconnect', 'disconnect', Duration.seconds(29)),
      message: addFunction('Message', 'message', Duration.seconds(29)),
    });
    const serverApi = new ServerApi(this, 'ServerHttp', serverApiFunction, {
      rateLimit: settings.serverApiRequestsPerSec,
      burstLimit: settings.serverApiBurst,
    });
    new SweepSchedule(this, 'SweepSchedule', sweep, settings.sweepShards);
    new SweepAlarms(this, 'SweepAlarms', deployment);
    stream.feed(addFunction('Changes', 'changes', Duration.seconds(60)));
    events?.feed(addFunction('Webhook', 'webhook', Duration.seconds(20)));

    const outputs = {
      WebSocketUrl: sockets.stage.url,
      ServerApiUrl: serverApi.url,
      // The ARN, which every command accepts as the name of a secret.
      SecretName: secret.secretArn,
      TableStreamArn: streamArn,
      LostChangesQueueUrl: lostChanges.queueUrl,
      ...(events && { LostEventsQueueUrl: events.lostEvents.queueUrl }),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
