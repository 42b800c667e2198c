import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { defaultSettings, settingsOfLambdas } from '../../lib/domain/settings.ts';
import { readAppSecret } from '../../lib/handlers/app-secret.ts';
import { countsTo } from '../../lib/handlers/metrics.ts';
import { createSecrets } from '../../lib/local/secrets/secrets.ts';
import { tableKeys } from '../support/table-keys.ts';
import { one, refer, statements, synthesizeTemplate, variables } from './stack-template.ts';

const webhookUrl = 'https://app.example.com/events';
const template = synthesizeTemplate({ webhookUrl });
const names = [
  ...(['Authorize', 'Connect', 'Disconnect', 'Message', 'Deliver', 'Watch', 'Sweep'] as const),
  ...(['ServerApi', 'Changes', 'Webhook'] as const),
];

describe('the table', () => {
  it('is the only one, on demand, with one index, encrypted, restorable, and outlives all but a failed first deployment', () => {
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', 1);
    template.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        ...tableKeys,
        TimeToLiveSpecification: { AttributeName: 'expiresAtSec', Enabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    });
  });

  it('can be deleted if chosen', () => {
    synthesizeTemplate({ protectTable: false }).hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { Replicas: [Match.objectLike({ DeletionProtectionEnabled: false })] },
    });
  });

  it('goes with the stack, as the secret does, in a stage that keeps no data', () => {
    const fleeting = synthesizeTemplate({ keepData: false });
    fleeting.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Delete',
      Properties: { Replicas: [Match.objectLike({ DeletionProtectionEnabled: false })] },
    });
    fleeting.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete' });
  });
});

describe('what a former deployment left', () => {
  const tableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Chatroom-Rooms';
  const tableStreamArn = `${tableArn}/stream/2026-01-01T00:00:00.000`;
  const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:App-AbCdEf';
  const adopting = synthesizeTemplate({ webhookUrl, tableStreamArn, secretArn });

  it('is used again, and no table and no secret is made', () => {
    adopting.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    adopting.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(variables(adopting, 'ServerApi')).toMatchObject({ TABLE_NAME: 'Chatroom-Rooms', SECRET_ARN: secretArn });
    const sources = Object.values(adopting.findResources('AWS::Lambda::EventSourceMapping'));
    const streams = sources.map(({ Properties: source }) => source.EventSourceArn);
    expect(streams.filter((arn) => arn === tableStreamArn)).toHaveLength(2);
    const outputs = adopting.findOutputs('*');
    expect(outputs).toMatchObject({ TableStreamArn: { Value: tableStreamArn }, SecretName: { Value: secretArn } });
  });

  it('is granted to the same Lambdas', () => {
    const resources = (of: typeof template, name: string) =>
      statements(of, name).map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]);
    const adopted = [tableArn, `${tableArn}/index/audience`, tableStreamArn, secretArn].map((arn) =>
      JSON.stringify(arn),
    );
    for (const name of names) {
      const before = resources(template, name);
      const after = resources(adopting, name);
      expect(after.map(([action]) => action)).toEqual(before.map(([action]) => action));
      const changed = after.filter(([, resource], index) => resource !== before[index]?.[1]);
      expect(changed.every(([, resource]) => adopted.includes(String(resource)))).toBe(true);
    }
  });
});

describe('the Lambdas', () => {
  const known: Readonly<Record<string, unknown>> = {
    DELIVER_FUNCTION: refer('DeliverFunction'),
    CONNECTIONS_URL: { 'Fn::Join': ['', expect.arrayContaining(['https://', refer('SocketsApi'), '/prod'])] },
    // The name of the secret; its value is in no template.
    SECRET_ARN: refer('AppSecret'),
    TABLE_NAME: refer('RoomsTable'),
    WEBHOOK_QUEUE_URL: refer('EventsWebhook'),
    WEBHOOK_URL: webhookUrl,
  };

  it('are ten with the webhook, on Node 24 and arm64, each with a log that expires', () => {
    template.resourceCountIs('AWS::Lambda::Function', names.length);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: {
        LogGroup: Match.anyValue(),
        ...{ LogFormat: 'JSON', SystemLogLevel: 'WARN', ApplicationLogLevel: 'INFO' },
      },
      TracingConfig: Match.absent(),
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it.each([
    ['Authorize', ['SECRET_ARN']],
    ['Connect', ['CONNECTIONS_URL', 'TABLE_NAME']],
    ['Disconnect', ['TABLE_NAME']],
    ['Message', ['CONNECTIONS_URL', 'DELIVER_FUNCTION', 'TABLE_NAME']],
    ['Deliver', ['CONNECTIONS_URL', 'TABLE_NAME']],
    ['Watch', ['DELIVER_FUNCTION', 'TABLE_NAME']],
    ['Sweep', ['CONNECTIONS_URL', 'TABLE_NAME']],
    ['ServerApi', ['CONNECTIONS_URL', 'DELIVER_FUNCTION', 'SECRET_ARN', 'TABLE_NAME']],
    ['Changes', ['CONNECTIONS_URL', 'TABLE_NAME', 'WEBHOOK_QUEUE_URL']],
    ['Webhook', ['SECRET_ARN', 'WEBHOOK_URL']],
  ])('%s receives the settings and %j, and nothing else', (name, expected) => {
    const { SETTINGS: settings, DEPLOYMENT: deployment, ...others } = variables(template, name);
    expect(JSON.parse(String(settings))).toEqual(settingsOfLambdas(defaultSettings));
    expect(deployment).toBe('Chatroom');
    expect(others).toEqual(Object.fromEntries(expected.map((variable) => [variable, known[variable]])));
  });
});

describe('the capacity', () => {
  const lambda = (of: typeof template, name: string) => one(of, 'AWS::Lambda::Function', `${name}Function`).Properties;
  const chosen = synthesizeTemplate({
    webhookUrl,
    ...{ connectConcurrency: 20, messageConcurrency: 30, sweepConcurrency: 40, serverApiConcurrency: 50 },
    ...{ deliverConcurrency: 35, deliverMemoryMb: 209, watchMemoryMb: 210 },
    ...{ changesConcurrency: 60, authorizeMemoryMb: 201, connectMemoryMb: 202, disconnectMemoryMb: 203 },
    ...{ messageMemoryMb: 204, sweepMemoryMb: 205, serverApiMemoryMb: 206, changesMemoryMb: 207, webhookMemoryMb: 208 },
  });

  it.each(names)('of %s is one CPU where it pays, and nothing is reserved, unless chosen', (name) => {
    const expected = new Map<string, number>([
      ['Message', 1769],
      ['Deliver', 1769],
      ['Watch', 256],
    ]);
    expect(lambda(template, name).MemorySize).toBe(expected.get(name) ?? 512);
    expect(lambda(template, name).ReservedConcurrentExecutions).toBeUndefined();
  });

  it.each([
    ['Authorize', 201, 20],
    ['Connect', 202, 20],
    ['Disconnect', 203, 20],
    ['Message', 204, 30],
    ['Deliver', 209, 35],
    ['Watch', 210, 60],
    ['Sweep', 205, 40],
    ['ServerApi', 206, 50],
    ['Changes', 207, 60],
    ['Webhook', 208, 60],
  ])('of %s is what was chosen: %i MB, %i runs at once', (name, memoryMb, concurrency) => {
    const { MemorySize, ReservedConcurrentExecutions } = lambda(chosen, name);
    expect([MemorySize, ReservedConcurrentExecutions]).toEqual([memoryMb, concurrency]);
  });

  it('is sent to no Lambda', () => {
    expect(
      Object.keys(settingsOfLambdas(defaultSettings)).filter((name) => /Mb$|Concurrency$|Burst$/.test(name)),
    ).toEqual([]);
  });
});

describe('the address of the webhook', () => {
  it('is in the environment of the Lambda that calls it, and nowhere else in the template', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text.split(webhookUrl)).toHaveLength(2);
    expect(JSON.stringify(variables(template, 'Webhook'))).toContain(webhookUrl);
  });
});

describe('the roles', () => {
  const withoutDelete = ['GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action}`);
  const table = (...actions: string[]) => [actions, refer('RoomsTable', 'Arn')];
  const stream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
  const receive = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
  const secret = [['secretsmanager:GetSecretValue'], refer('AppSecret')];
  const readAndWrite = [...withoutDelete, 'dynamodb:DeleteItem', 'dynamodb:Query'];
  const audience = [['dynamodb:Query'], { 'Fn::Join': ['', [refer('RoomsTable', 'Arn'), '/index/audience']] }];
  const deliver = [['lambda:InvokeFunction'], refer('DeliverFunction', 'Arn')];
  const readAlsoMany = [...readAndWrite, 'dynamodb:BatchGetItem'];
  const connections = (...methods: string[]) => [
    ['execute-api:ManageConnections'],
    oneOrMore(
      methods.map((method) => ({
        'Fn::Join': ['', expect.arrayContaining([`/prod/${method}/@connections/*`, refer('SocketsApi')])],
      })),
    ),
  ];

  it.each([
    ['Authorize', [secret]],
    ['Connect', [table(...withoutDelete, 'dynamodb:Query'), connections('DELETE', 'POST')]],
    ['Disconnect', [table(...withoutDelete)]],
    ['Message', [table(...readAlsoMany), audience, connections('DELETE', 'POST'), deliver]],
    ['Deliver', [table(...readAlsoMany), audience, connections('DELETE', 'POST')]],
    [
      'Watch',
      [
        table('dynamodb:GetItem'),
        [stream.map((action) => `dynamodb:${action}`), refer('RoomsTable', 'StreamArn')],
        deliver,
      ],
    ],
    ['Sweep', [table(...readAlsoMany), audience, connections('DELETE', 'POST')]],
    ['ServerApi', [table(...readAlsoMany), audience, connections('DELETE', 'POST'), deliver, secret]],
    [
      'Changes',
      [
        table(...readAlsoMany),
        audience,
        [stream.map((action) => `dynamodb:${action}`), refer('RoomsTable', 'StreamArn')],
        connections('DELETE', 'POST'),
        [['sqs:SendMessage'], [refer('ChangeStreamLostChanges', 'Arn'), refer('EventsWebhook', 'Arn')]],
      ],
    ],
    ['Webhook', [[receive.map((action) => `sqs:${action}`), refer('EventsWebhook', 'Arn')], secret]],
  ])('allow %s this and nothing else', (name, expected) => {
    const log = [['logs:CreateLogStream', 'logs:PutLogEvents'], refer(`${name}Log`, 'Arn')];
    const granted = statements(template, name).map(({ Action, Resource }) => [[Action].flat(), Resource]);
    // The framework sorts actions.
    const sorted = expected.map(([actions, resource]) => [[actions].flat().sort(), resource]);
    expect(granted).toEqual([log, ...sorted]);
    expect(one(template, 'AWS::IAM::Role', `${name}Role`).Properties.ManagedPolicyArns).toBeUndefined();
  });

  it('have a star for connection ids only', () => {
    for (const name of names) {
      const text = JSON.stringify(statements(template, name)).replaceAll('/@connections/*', '');
      expect(text).not.toContain('*');
    }
  });
});

describe('the APIs', () => {
  it('routes connect, disconnect and everything else, and answers frames', () => {
    const authorizer = Match.objectLike({ Ref: Match.stringLikeRegexp('Authorizer') });
    const routes = 'AWS::ApiGatewayV2::Route';
    template.resourceCountIs(routes, 4);
    template.hasResourceProperties(routes, {
      RouteKey: '$connect',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: authorizer,
    });
    template.hasResourceProperties(routes, { RouteKey: '$disconnect', AuthorizationType: 'NONE' });
    template.hasResourceProperties(routes, { RouteKey: '$default', RouteResponseSelectionExpression: '$default' });
    template.hasResourceProperties(routes, { RouteKey: 'ANY /{proxy+}' });
    template.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', { AuthorizerType: 'REQUEST', IdentitySource: [] });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    });
  });

  it('throttles both stages by the settings, below the account limit by default', () => {
    const throttles = (of: typeof template) =>
      Object.values(of.findResources('AWS::ApiGatewayV2::Stage')).map(({ Properties: stage }) => {
        const { ThrottlingRateLimit, ThrottlingBurstLimit } = stage.DefaultRouteSettings;
        return [stage.StageName, ThrottlingRateLimit, ThrottlingBurstLimit];
      });
    expect(throttles(template)).toEqual([
      ['prod', 8_000, 4_000],
      ['$default', 500, 250],
    ]);
    const chosen = { socketRequestsPerSec: 11, socketBurst: 12, serverApiRequestsPerSec: 13, serverApiBurst: 14 };
    expect(throttles(synthesizeTemplate(chosen))).toEqual([
      ['prod', 11, 12],
      ['$default', 13, 14],
    ]);
  });

  it('logs no query string', () => {
    const stages = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(stages).toHaveLength(2);
    for (const { Properties: stage } of stages) {
      expect(stage.AccessLogSettings.Format).toContain('$context.requestId');
      expect(stage.AccessLogSettings.Format).not.toMatch(/quer|protocol"|\$request|authorizer/i);
    }
  });
});

describe('the logging of API Gateway', () => {
  const roles = (of: typeof template) =>
    Object.keys(of.findResources('AWS::IAM::Role')).filter((id) => id.startsWith('SocketsLoggingRole'));

  it('is set up for the account with a role that API Gateway can check before it has an API, and stays', () => {
    const [id = '', ...others] = roles(template);
    expect(others).toEqual([]);
    const role = template.findResources('AWS::IAM::Role')[id];
    expect(role?.DeletionPolicy).toBe('Retain');
    expect(role?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' } },
    ]);
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
  });

  it('is left alone if the account has it', () => {
    const without = synthesizeTemplate({ manageApiLogging: false });
    without.resourceCountIs('AWS::ApiGateway::Account', 0);
    expect(roles(without)).toEqual([]);
  });
});

describe('the logical ids', () => {
  // CloudFormation replaces a resource whose id changes: new addresses for all clients, or an empty table.
  it.each([
    ['AWS::DynamoDB::GlobalTable', ['RoomsTableAE5AE38B']],
    ['AWS::SecretsManager::Secret', ['AppSecret6841CEBE']],
    ['AWS::ApiGatewayV2::Api', ['SocketsApi04DF8096', 'ServerHttpApiE81C0894']],
  ])('of %s never change', (type, expected) => {
    expect(Object.keys(template.findResources(type))).toEqual(expected);
  });
});

describe('the rest', () => {
  it('generates the secret in the account', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      SecretString: Match.absent(),
      GenerateSecretString: {
        SecretStringTemplate: '{}',
        GenerateStringKey: 'appSecret',
        ExcludePunctuation: true,
        PasswordLength: 32,
      },
    });
  });

  it('generates no new secret when a setting changes, not even the app key', () => {
    const secretOf = (of: typeof template) => of.findResources('AWS::SecretsManager::Secret');
    const other = synthesizeTemplate({ appKey: 'another', webhookUrl: '', tokenLifeSec: 60 });
    expect(Object.values(secretOf(template))).toMatchObject([
      { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' },
    ]);
    expect(secretOf(other)).toEqual(secretOf(template));
  });

  it('generates a secret that the Lambdas accept', () => {
    const [{ Properties }] = Object.values(template.findResources('AWS::SecretsManager::Secret')) as [
      { Properties: { GenerateSecretString: Record<string, unknown> } },
    ];
    const local = { logicalId: 'S', name: 'S', arn: 'S', secretString: undefined };
    const generate = Properties.GenerateSecretString;
    let count = 0;
    const secrets = createSecrets({ secrets: [{ ...local, generate }], randomId: () => `${count++}` });
    expect(readAppSecret(secrets.find('S')?.value)).toEqual([expect.stringMatching(/^[A-Za-z0-9]{32}$/)]);
  });

  it('raises an alarm when the secret is unusable, by the metric that the Lambdas write', () => {
    const lines: string[] = [];
    countsTo(
      (line) => lines.push(line),
      () => 0,
      String(variables(template, 'ServerApi').DEPLOYMENT),
    )({ secretUnusable: 1 });
    const document = JSON.parse(lines[0] ?? '');
    const [{ Namespace, Metrics, Dimensions }] = document._aws.CloudWatchMetrics;
    const { Properties: alarm } = one(template, 'AWS::CloudWatch::Alarm', 'AppUnusable');
    expect(alarm).toMatchObject({
      ...{ MetricName: 'secretUnusable', Namespace, Statistic: 'Sum', Period: 300, Threshold: 1 },
      ...{ EvaluationPeriods: 1, TreatMissingData: 'notBreaching' },
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
    expect([Metrics, document.secretUnusable]).toEqual([[{ Name: 'secretUnusable', Unit: 'Count' }], 1]);
    expect(Dimensions).toEqual([['deployment']]);
    expect(alarm.Dimensions).toEqual([{ Name: 'deployment', Value: document.deployment }]);
  });

  it('outputs where everything is', () => {
    expect(new Set(Object.keys(template.findOutputs('*')))).toEqual(
      new Set([
        ...['AlarmTopicArn', 'LostChangesQueueUrl', 'LostEventsQueueUrl'],
        ...['SecretName', 'ServerApiUrl', 'TableStreamArn', 'WebSocketUrl'],
      ]),
    );
  });
});

/** As CloudFormation writes it: a single value is no list. */
function oneOrMore<T>(values: readonly T[]): T | readonly T[] | undefined {
  return values.length === 1 ? values[0] : values;
}
