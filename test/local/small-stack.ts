import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const joined = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });
const ref = (name: string) => ({ Ref: name });
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const invocationOf = (id: string) =>
  joined('arn:aws:apigateway:', ref('AWS::Region'), ':lambda:path/2015-03-31/functions/', arnOf(id), '/invocations');

/** The integration of an API with a function. */
export const integration = (apiId: string, functionId: string) => ({
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: { ApiId: ref(apiId), IntegrationType: 'AWS_PROXY', IntegrationUri: invocationOf(functionId) },
});

/** A route of an API. */
export const route = (apiId: string, RouteKey: string, integrationId: string, more: object = {}) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: { ApiId: ref(apiId), RouteKey, Target: joined('integrations/', ref(integrationId)), ...more },
});

const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };

const policy = (roleId: string, Statement: object[]) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyDocument: { Statement }, Roles: [ref(roleId)] },
});

const lambda = (roleId: string, Variables: object, Timeout?: number) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Handler: 'index.handler',
    Role: arnOf(roleId),
    Environment: { Variables },
    ...(Timeout === undefined ? {} : { Timeout }),
  },
  Metadata: { 'aws:cdk:path': 'Small/Worker/Resource', 'aws:asset:path': 'asset.worker' },
});

/** A stack of one table, one secret, one worker behind both APIs, one helper without rights, and a schedule. */
export const smallTemplate = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expiresAtSec', Enabled: true },
        Replicas: [{ Region: ref('AWS::Region') }],
      },
    },
    Secret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        GenerateSecretString: {
          SecretStringTemplate: '{"user":"small"}',
          GenerateStringKey: 'password',
          ExcludePunctuation: true,
          PasswordLength: 20,
        },
      },
    },
    Role: role,
    Policy: policy('Role', [
      { Effect: 'Allow', Action: ['dynamodb:PutItem', 'dynamodb:GetItem'], Resource: arnOf('Table') },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: ref('Secret') },
      {
        Effect: 'Allow',
        Action: 'execute-api:ManageConnections',
        Resource: ['POST', 'GET'].map((method) =>
          joined('arn:aws:execute-api:', ref('AWS::Region'), ':*:', ref('Sockets'), `/live/${method}/*`),
        ),
      },
    ]),
    Worker: lambda('Role', {
      TABLE_NAME: ref('Table'),
      SECRET_ARN: ref('Secret'),
      CONNECTIONS_URL: joined('https://', ref('Sockets'), '.execute-api.us-east-1.', ref('AWS::URLSuffix'), '/live'),
      GREETING: { 'Fn::Sub': [`\${word} from \${AWS::StackName}`, { word: 'hello' }] },
    }),
    BareRole: role,
    Bare: lambda('BareRole', { TABLE_NAME: ref('Table') }, 1),
    Sockets: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
    },
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: { ApiId: ref('Sockets'), AuthorizerUri: invocationOf('Worker'), IdentitySource: [] },
    },
    SocketIntegration: integration('Sockets', 'Worker'),
    ConnectRoute: route('Sockets', '$connect', 'SocketIntegration', { AuthorizerId: ref('Authorizer') }),
    DefaultRoute: route('Sockets', '$default', 'SocketIntegration'),
    DefaultRouteResponse: {
      Type: 'AWS::ApiGatewayV2::RouteResponse',
      Properties: { ApiId: ref('Sockets'), RouteId: ref('DefaultRoute'), RouteResponseKey: '$default' },
    },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: ref('Sockets'), StageName: 'live' } },
    Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
    HttpIntegration: integration('Http', 'Worker'),
    HttpRoute: route('Http', 'ANY /{proxy+}', 'HttpIntegration'),
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: 'rate(2 minutes)', Targets: [{ Arn: arnOf('Worker') }] },
    },
    Disabled: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ScheduleExpression: 'rate(1 hour)', State: 'DISABLED', Target: { Arn: arnOf('Worker') } },
    },
  },
  Outputs: {
    SocketUrl: { Value: joined('wss://', ref('Sockets'), '.execute-api.us-east-1.amazonaws.com/live') },
    HttpUrl: { Value: { 'Fn::GetAtt': ['Http', 'ApiEndpoint'] } },
  },
};

/** The source of a signed call of an AWS service, for the bundles of test functions. */
export const callSource = `
const call = async (endpoint, target, body) => {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      'x-amz-date': '20200101T000000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID
        + '/20200101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};
`;

/** The bundle of the functions: the `do` of an event names what it does. */
const bundle = `
${callSource}let calls = 0;
const actions = {
  environment: () => process.env,
  count: () => { calls += 1; return { calls, pid: process.pid }; },
  meet: ({ url }) => fetch(url).then(() => process.pid),
  dynamodb: ({ operation, input }) => call(process.env.AWS_ENDPOINT_URL_DYNAMODB, 'DynamoDB_20120810.' + operation, input),
  secret: () => call(process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER, 'secretsmanager.GetSecretValue', { SecretId: process.env.SECRET_ARN }),
  throw: () => { throw new TypeError('thrown'); },
  say: () => { console.log('said'); },
  crash: () => process.exit(7),
  hang: () => new Promise(() => { setInterval(() => {}, 1000); }),
  context: (_event, context) => ({ name: context.functionName, remainingMs: context.getRemainingTimeInMillis() }),
};
export const handler = async (event, context) => {
  if (event.do) return actions[event.do](event, context);
  if (event.type === 'REQUEST') return { principalId: 'u', policyDocument: { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: event.methodArn }] } };
  if (event.source === 'aws.events') console.log('scheduled at ' + event.time);
  return { statusCode: 200, body: 'you said ' + (event.body ?? event.rawPath ?? '') };
};
`;

/** A cloud assembly on disk. */
export interface SmallStack {
  readonly folder: string;
  remove(): void;
}

/** Writes a stack as a cloud assembly into a temporary folder; without arguments the small stack. */
export function writeSmallStack(source: string = bundle, template: object = smallTemplate): SmallStack {
  const folder = mkdtempSync(join(tmpdir(), 'small-stack-'));
  const artifacts = {
    Small: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Small.template.json' } },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  writeFileSync(join(folder, 'Small.template.json'), JSON.stringify(template));
  mkdirSync(join(folder, 'asset.worker'));
  writeFileSync(join(folder, 'asset.worker', 'index.mjs'), source);
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
