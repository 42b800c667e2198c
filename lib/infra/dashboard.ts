import { Duration } from 'aws-cdk-lib';
import type { HttpApi, HttpStage, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { apiMetric, callErrors, socketErrors } from './api-errors.ts';
import type { FunctionName } from './grants.ts';
import { metricOf } from './own-metric.ts';
import { iteratorAge } from './stream-alarm.ts';
import { tableMetric, throttledRequests } from './table-metrics.ts';

/** What a dashboard shows. */
export interface DashboardProps {
  readonly deployment: string;
  readonly sockets: { readonly api: WebSocketApi; readonly stage: WebSocketStage };
  readonly serverApi: { readonly api: HttpApi; readonly stage: HttpStage };
  readonly tableName: string;
  readonly functions: ReadonlyMap<FunctionName, IFunction>;
  /** The queue of the webhook, if there is one. */
  readonly webhookQueue: IQueue | undefined;
  /** $ an hour. */
  readonly spendRate: IMetric | undefined;
  readonly alarms: readonly Alarm[];
}

const COLUMNS = 24;
const GRAPHS_IN_ROW = 3;
const period = Duration.minutes(5);

const graph = (title: string, left: readonly IMetric[]): IWidget =>
  new GraphWidget({ title, left: [...left], width: COLUMNS / GRAPHS_IN_ROW, leftYAxis: { min: 0 } });

const own = ({ deployment }: DashboardProps, metricName: string, statistic: string = Stats.SUM): IMetric =>
  metricOf({ deployment, metricName, period }, statistic);

const ownSums = (props: DashboardProps, ...names: readonly string[]): readonly IMetric[] =>
  names.map((name) => own(props, name));

/** One metric of each Lambda. */
const ofLambdas = ({ functions }: DashboardProps, read: (handler: IFunction) => IMetric): readonly IMetric[] =>
  [...functions.values()].map(read);

/** Who is there, and what ends memberships. */
const members = (props: DashboardProps): readonly IWidget[] => [
  graph('Joins and ends of memberships, by reason', ownSums(props, 'joins', 'leaves', 'evictions', 'blocks')),
  graph('Rooms', ownSums(props, 'roomsCreated', 'roomsDestroyed')),
  graph('Connections that turned out to be gone', ownSums(props, 'goneConnections', 'closed')),
];

/** The more there are, the cheaper the room. */
const messagesInFrame = (props: DashboardProps): IMetric =>
  new MathExpression({
    ...{ label: 'Messages in a frame', period, expression: 'messages / frames' },
    usingMetrics: { messages: own(props, 'messagesInFrames'), frames: own(props, 'messageFrames') },
  });

const traffic = (props: DashboardProps): readonly IWidget[] => {
  const { sockets, serverApi } = props;
  const ofSockets = (name: string) => apiMetric(sockets.api, sockets.stage, name);
  const ofCalls = (name: string) => apiMetric(serverApi.api, serverApi.stage, name);
  return [
    graph(
      'Messages that were delivered, and the frames they took',
      ownSums(props, 'messagesInFrames', 'messageFrames'),
    ),
    graph('Messages in a frame', [messagesInFrame(props)]),
    graph('Frames in both directions, connects', [ofSockets('MessageCount'), ofSockets('ConnectCount')]),
    graph('Calls of the server API', [ofCalls('Count'), ofCalls('4xx'), ofCalls('5xx')]),
    graph('What failed', [
      socketErrors(sockets.api, sockets.stage),
      callErrors(serverApi.api, serverApi.stage),
      ...ownSums(props, 'failedPosts', 'faults'),
    ]),
  ];
};

const delays = (props: DashboardProps): readonly IWidget[] => {
  const { functions, webhookQueue } = props;
  const readers = [functions.get('changes'), functions.get('watch')].filter((each) => each !== undefined);
  const age = webhookQueue?.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM });
  return [
    graph('How late the sweep is', [own(props, 'lagMs', Stats.MAXIMUM)]),
    graph('What the sweep found', ownSums(props, 'due', 'alive', 'failed', 'unreadable', 'unfinished')),
    graph('How far behind the readers of the stream are', readers.map(iteratorAge)),
    ...(age === undefined ? [] : [graph('Age of the oldest event for the webhook', [age])]),
  ];
};

const lambdas = (props: DashboardProps): readonly IWidget[] => [
  graph(
    'Runs of Lambdas',
    ofLambdas(props, (handler) => handler.metricInvocations({ period })),
  ),
  graph('Runs that failed or were throttled', [
    ...ofLambdas(props, (handler) => handler.metricErrors({ period })),
    ...ofLambdas(props, (handler) => handler.metricThrottles({ period })),
  ]),
  graph(
    'How long the slowest 1 % take',
    ofLambdas(props, (handler) => handler.metricDuration({ period, statistic: Stats.p(99) })),
  ),
];

const costs = ({ tableName, spendRate }: DashboardProps): readonly IWidget[] => [
  ...(spendRate === undefined ? [] : [graph('Spend rate, $ an hour', [spendRate])]),
  graph('Units of the table', [
    tableMetric(tableName, 'ConsumedReadCapacityUnits'),
    tableMetric(tableName, 'ConsumedWriteCapacityUnits'),
    tableMetric(tableName, 'ConsumedReadCapacityUnits', 'index'),
    tableMetric(tableName, 'ConsumedWriteCapacityUnits', 'index'),
  ]),
  graph('Throttled reads and writes', [throttledRequests(tableName)]),
];

/** The alarms, and what an operator looks up first when one is raised. */
export const createDashboard = (scope: Construct, id: string, props: DashboardProps): Dashboard =>
  new Dashboard(scope, id, {
    defaultInterval: Duration.hours(3),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: COLUMNS, height: 4 })],
      [...members(props)],
      [...traffic(props)],
      [...delays(props)],
      [...lambdas(props)],
      [...costs(props)],
    ],
  });
