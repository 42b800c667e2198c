import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { HttpApi, IApi, IDomainName, IStage, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, type Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type DeploymentSettings, settingsOfLambdas } from '../domain/settings.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { MappedDomain } from './api-domain.ts';
import { AppSecret } from './app-secret.ts';
import { capacities } from './capacity.ts';
import { ChangeStream } from './change-stream.ts';
import type { ApiDomain, ChatroomProps } from './chatroom-props.ts';
import { createDashboard } from './dashboard.ts';
import { Deliveries } from './deliveries.ts';
import { GradualDeployment, LIVE } from './gradual-deployment.ts';
import type { FunctionName, HookAddress } from './grants.ts';
import { retentionOf } from './log-options.ts';
import { PostAlarms } from './post-alarms.ts';
import { RoomFunctions } from './room-functions.ts';
import { RoomTable } from './room-table.ts';
import { ServerApi } from './server-api.ts';
import { readSettings } from './settings.ts';
import { SocketApi } from './socket-api.ts';
import { watchSpending } from './spend-alarm.ts';
import { SweepAlarms } from './sweep-alarms.ts';
import { SweepSchedule } from './sweep-schedule.ts';
import { WebhookQueue } from './webhook-queue.ts';

/** The parts that the Lambdas run on. */
interface Parts {
  readonly rooms: RoomTable;
  readonly sockets: SocketApi;
  readonly stream: ChangeStream;
  readonly events: WebhookQueue | undefined;
  readonly serverApi: ServerApi;
}

/**
 * A deployment of Doorman in a stack: a table with its stream, a secret, the Lambdas, two APIs, schedules, alarms and, if
 * set, a webhook. `Default` as its id leaves no trace in the logical ids.
 * @throws Error `unable to use setting <name>; <why>` for an unknown name or an invalid value.
 */
export class Chatroom extends Construct {
  /** How metrics name this deployment: the dimension `deployment` in the namespace `Doorman`. */
  readonly deployment: string;
  readonly table: TableV2 | ITableV2;
  /** JSON with `appSecret`, which signs tokens and calls of the server API. */
  readonly secret: Secret | ISecret;
  readonly functions: Readonly<Partial<Record<FunctionName, IFunction>>>;
  readonly webSocketApi: WebSocketApi;
  readonly serverApi: HttpApi;
  /** The address to which clients connect. */
  readonly webSocketUrl: string;
  /** The address that application servers call, without a trailing slash. */
  readonly serverApiUrl: string;
  /** For a DNS record, where a domain name was passed. */
  readonly socketDomain: IDomainName | undefined;
  readonly serverApiDomain: IDomainName | undefined;
  /** Each notifies the topic. */
  readonly alarms: readonly Alarm[];
  readonly alarmTopic: ITopic;
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: ChatroomProps = {}) {
    super(scope, id);
    const settings = readSettings(props.settings ?? {});
    const logRetention = retentionOf(settings.logRetentionDays);
    this.deployment = props.deployment ?? nameOf(this);
    const rooms = new RoomTable(this, 'Rooms', { ...settings, table: props.table });
    this.table = rooms.table;
    this.secret = new AppSecret(this, 'App', {
      ...settings,
      ...{ deployment: this.deployment, secret: props.secret },
    }).secret;
    const sockets = new SocketApi(this, 'Sockets', { ...settings, logRetention });
    const stream = new ChangeStream(this, 'ChangeStream', rooms.streamArn, settings);
    const events = settings.webhookUrl === '' ? undefined : new WebhookQueue(this, 'Events');

    const { table, secret } = this;
    const queues = { lostChanges: stream.lostChanges, webhookQueue: events?.queue };
    const { webhookUrl } = settings;
    const messageHook = hookOf(settings, props);
    const functions = new RoomFunctions(this, {
      resources: {
        ...{ table, streamArn: rooms.streamArn, secret, sockets: sockets.stage },
        ...{ ...queues, webhookUrl, messageHook },
      },
      environment: {
        ...{ SETTINGS: JSON.stringify(settingsOfLambdas(settings)), DEPLOYMENT: this.deployment },
        ...(settings.gradualDeployment && { LIVE_ALIAS: LIVE }),
      },
      ...{ capacityOf: capacities(settings), logRetention, tracing: settings.tracing },
      socketErrors: sockets.serverErrors,
      gradual: settings.gradualDeployment ? new GradualDeployment(this, 'Gradual') : undefined,
    });
    const serverApi = addFunctions(this, functions, { rooms, sockets, stream, events }, settings);
    this.functions = Object.fromEntries(functions.all);
    this.webSocketApi = sockets.api;
    this.serverApi = serverApi.api;

    const parts = { rooms, sockets, stream, events, serverApi };
    const { socketDomain, serverApiDomain } = props;
    this.socketDomain = socketDomain && mapDomain(this, 'SocketDomain', socketDomain, sockets);
    this.serverApiDomain = serverApiDomain && mapDomain(this, 'ServerApiDomain', serverApiDomain, serverApi);
    this.webSocketUrl = socketDomain ? `wss://${socketDomain.domainName}` : sockets.stage.url;
    this.serverApiUrl = serverApiDomain ? `https://${serverApiDomain.domainName}` : serverApi.url;
    new SweepAlarms(this, 'SweepAlarms', this.deployment);
    new PostAlarms(this, 'Posts', this.deployment);
    const spendRate = watchSpending(this, { ...parts, functions: functions.all, settings });
    const existing = props.alarmTopic ?? topicOf(this, settings.alarmTopicArn);
    const topic = new AlarmTopic(this, 'Alarms', existing);
    this.alarmTopic = topic.topic;
    this.alarms = this.node.findAll().filter((each) => each instanceof Alarm);
    topic.notifyOf(this.alarms);
    this.dashboard = createDashboard(this, 'Dashboard', {
      ...{ deployment: this.deployment, sockets, serverApi, tableName: table.tableName, spendRate },
      ...{ functions: functions.all, webhookQueue: events?.queue, alarms: this.alarms },
    });
    this.#addOutputs(parts);
  }

  /** Lets a server sign tokens and calls. */
  grantReadSecret(grantee: IGrantable): Grant {
    return this.secret.grantRead(grantee);
  }

  /** Lets an export or a report read the table; its rows are described in docs/data-model.md. */
  grantReadTable(grantee: IGrantable): Grant {
    return this.table.grantReadData(grantee);
  }

  #addOutputs({ rooms, stream, events }: Parts): void {
    const outputs = {
      WebSocketUrl: this.webSocketUrl,
      ServerApiUrl: this.serverApiUrl,
      // The ARN, which every command accepts as the name of a secret.
      SecretName: this.secret.secretArn,
      TableStreamArn: rooms.streamArn,
      AlarmTopicArn: this.alarmTopic.topicArn,
      LostChangesQueueUrl: stream.lostChanges.queueUrl,
      ...(events && { LostEventsQueueUrl: events.lostEvents.queueUrl }),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** Unique in the account and Region, and that of the stack where the construct is all there is. */
function nameOf(chatroom: Chatroom): string {
  const { stackName } = Stack.of(chatroom);
  const path = chatroom.node.path.split('/').slice(Stack.of(chatroom).node.path.split('/').length);
  return [stackName, ...path.filter((part) => part !== 'Default')].join('-');
}

const hookOf = ({ messageHook: address }: DeploymentSettings, props: ChatroomProps): HookAddress =>
  props.messageHook
    ? { address: props.messageHook.functionArn, isLambda: true }
    : { address, isLambda: address.startsWith('arn:') };

const topicOf = (scope: Construct, arn: string): ITopic | undefined =>
  arn === '' ? undefined : Topic.fromTopicArn(scope, 'AlarmTopic', arn);

/** Creates all Lambdas and what starts them. */
function addFunctions(
  scope: Construct,
  functions: RoomFunctions,
  { rooms, sockets, stream, events }: Omit<Parts, 'serverApi'>,
  settings: DeploymentSettings,
): ServerApi {
  const deliveries = new Deliveries(scope, 'Deliveries', functions.create('deliver'));
  const create = (name: FunctionName) => functions.create(name).handler;
  deliveries.watch(create('watch'), rooms.streamArn);
  new SweepSchedule(scope, 'SweepSchedule', create('sweep'), settings.sweepShards);
  const serverApi = new ServerApi(scope, 'ServerHttp', create('server-api'), {
    ...settings,
    logRetention: retentionOf(settings.logRetentionDays),
  });
  sockets.route({
    authorize: create('authorize'),
    connect: create('connect'),
    disconnect: create('disconnect'),
    message: create('message'),
  });
  stream.feed(create('changes'));
  events?.feed(create('webhook'));
  return serverApi;
}

const mapDomain = (
  scope: Construct,
  id: string,
  domain: ApiDomain,
  { api, stage }: { readonly api: IApi; readonly stage: IStage },
): IDomainName => new MappedDomain(scope, id, domain, api, stage).domain;
