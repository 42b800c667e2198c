import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ChatroomStack } from '../../lib/chatroom-stack.ts';
import { defaultSettings, type Settings } from '../../lib/infra/settings.ts';

type Resource = { readonly Type: string; readonly Properties: Record<string, unknown> };
type Statement = { readonly Action: string | string[]; readonly Resource: unknown };

function synthesizeTemplate(settings: Partial<Settings> = {}): Template {
  // The bundles are looked at elsewhere; here they would only take time.
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false });
  return Template.fromStack(new ChatroomStack(app, 'Chatroom', { ...defaultSettings, ...settings }));
}

const template = synthesizeTemplate();
const names = ['Authorize', 'Connect', 'Disconnect', 'Message', 'Sweep', 'ServerApi'] as const;

function one(type: string, prefix: string): Resource {
  const found = Object.entries(template.findResources(type)).filter(([id]) =>
    new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id),
  );
  expect(found.map(([id]) => id)).toHaveLength(1);
  return found[0]?.[1] as Resource;
}

function variables(name: string): Record<string, unknown> {
  const lambda = one('AWS::Lambda::Function', `${name}Function`);
  return (lambda.Properties.Environment as { Variables: Record<string, unknown> }).Variables;
}

function statements(name: string): Statement[] {
  const policy = one('AWS::IAM::Policy', `${name}RoleDefaultPolicy`);
  return (policy.Properties.PolicyDocument as { Statement: Statement[] }).Statement;
}

describe('the table', () => {
  it('is one, on demand, without index, kept, encrypted and restorable', () => {
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', 1);
    template.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAtSec', Enabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        GlobalSecondaryIndexes: Match.absent(),
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    });
  });
});

describe('the Lambdas', () => {
  it('are six, on Node 24 and arm64, each with a log that ends', () => {
    template.resourceCountIs('AWS::Lambda::Function', names.length);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: Match.anyValue() },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it.each(names)('give %s all settings and the name of the table', (name) => {
    expect(JSON.parse(String(variables(name).SETTINGS))).toEqual(defaultSettings);
    expect(variables(name).TABLE_NAME).toEqual({ Ref: expect.stringMatching(/^RoomsTable/) });
  });

  it.each([
    ['Authorize', ['SECRET_ARN', 'SETTINGS', 'TABLE_NAME']],
    ['Connect', ['SETTINGS', 'TABLE_NAME']],
    ['Disconnect', ['SETTINGS', 'TABLE_NAME']],
    ['Message', ['CONNECTIONS_URL', 'SETTINGS', 'TABLE_NAME']],
    ['Sweep', ['CONNECTIONS_URL', 'SETTINGS', 'TABLE_NAME']],
    ['ServerApi', ['CONNECTIONS_URL', 'SECRET_ARN', 'SETTINGS', 'TABLE_NAME']],
  ])('tell %s no more than it needs', (name, expected) => {
    expect(new Set(Object.keys(variables(name)))).toEqual(new Set(expected));
  });

  it('carry the settings that were chosen', () => {
    const chosen = synthesizeTemplate({ multipleRooms: true, appKey: 'other' });
    for (const lambda of Object.values(chosen.findResources('AWS::Lambda::Function'))) {
      expect(JSON.parse(lambda.Properties.Environment.Variables.SETTINGS)).toMatchObject({
        multipleRooms: true,
        appKey: 'other',
      });
    }
  });
});

describe('the roles', () => {
  const table = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'].map((action) => `dynamodb:${action}`);
  const log = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  const posts = 'execute-api:ManageConnections';
  const secret = 'secretsmanager:GetSecretValue';

  it.each([
    ['Authorize', [...log, secret]],
    ['Connect', [...log, 'dynamodb:GetItem', 'dynamodb:PutItem']],
    ['Disconnect', [...log, ...table.slice(0, -1)]],
    ['Message', [...log, ...table, posts]],
    ['Sweep', [...log, ...table, posts]],
    ['ServerApi', [...log, ...table, 'dynamodb:BatchGetItem', posts, secret]],
  ])('let %s do this and nothing else', (name, expected) => {
    expect(statements(name).flatMap((statement) => statement.Action)).toEqual(expected);
    expect(one('AWS::IAM::Role', `${name}Role`).Properties.ManagedPolicyArns).toBeUndefined();
  });

  it.each([
    ['Message', ['POST']],
    ['Sweep', ['DELETE']],
    ['ServerApi', ['POST']],
  ])('let %s reach connections of this stage by %j only', (name, methods) => {
    const granted = statements(name).find((statement) => statement.Action === posts);
    const text = JSON.stringify(granted?.Resource);
    expect([...text.matchAll(/\/prod\/(\w+)\/@connections\/\*/g)].map((match) => match[1])).toEqual(methods);
    expect(text.match(/\*/g)).toHaveLength(methods.length);
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

  it('limits both stages and logs no query string', () => {
    const stages = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(stages).toHaveLength(2);
    for (const { Properties: stage } of stages) {
      expect(stage.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
      expect(stage.DefaultRouteSettings.ThrottlingBurstLimit).toBeGreaterThan(0);
      expect(stage.AccessLogSettings.Format).toContain('$context.requestId');
      expect(stage.AccessLogSettings.Format).not.toMatch(/quer|protocol"|\$request|authorizer/i);
    }
  });
});

describe('the rest', () => {
  it('sweeps every minute and keeps a run that could not start', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue(), RetryPolicy: Match.anyValue() })],
    });
  });

  it('generates the secret in the account', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      SecretString: Match.absent(),
      GenerateSecretString: {
        SecretStringTemplate: '{"appKey":"doorman"}',
        GenerateStringKey: 'appSecret',
        ExcludePunctuation: true,
        PasswordLength: 32,
      },
    });
  });

  it('tells the operator where everything is', () => {
    expect(new Set(Object.keys(template.findOutputs('*')))).toEqual(
      new Set(['SecretName', 'ServerApiUrl', 'WebSocketUrl']),
    );
  });
});
