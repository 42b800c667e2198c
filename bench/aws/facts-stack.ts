import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { defaultSettings, settingsOfLambdas } from '../../lib/domain/settings.ts';
import { allow, allowConnections, grants } from '../../lib/infra/grants.ts';
import { RoomFunction } from '../../lib/infra/room-function.ts';

/** Low, so that a burst of posts shows whether the stage counts them. */
export const THROTTLE = { rateLimit: 20, burstLimit: 20 };
const PROBE = '../bench/aws/functions/probe';
const AUTHORIZE = '../bench/aws/functions/authorize';

/** A WebSocket API whose heartbeats the product's own Lambda serves, and a probe behind all other routes. */
export class FactsStack extends Stack {
  readonly #table: TableV2;
  readonly #api: WebSocketApi;
  readonly #stage: WebSocketStage;

  constructor(scope: Construct, id: string, tokenSha256: string) {
    super(scope, id, { description: 'Doorman: measures what it assumes of AWS; may be deleted at any time' });
    this.#table = this.#addTable();
    this.#api = new WebSocketApi(this, 'Api', { routeSelectionExpression: '$request.body.action' });
    this.#stage = new WebSocketStage(this, 'Stage', {
      ...{ webSocketApi: this.#api, stageName: 'prod', autoDeploy: true, throttle: THROTTLE },
    });
    Validations.of(this.#stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason: 'The stack lives for minutes; an access log would change the logging role of the whole account.',
    });
    this.#addRoutes(tokenSha256);
    new CfnOutput(this, 'WebSocketUrl', { value: this.#stage.url });
    new CfnOutput(this, 'ConnectionsUrl', { value: this.#stage.callbackUrl });
  }

  #addTable(): TableV2 {
    const table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(table).acknowledge({ id: 'AwsSolutions-DDB3', reason: 'The table holds nothing worth a backup.' });
    return table;
  }

  #addRoutes(tokenSha256: string): void {
    const authorize = this.#addFunction('Authorize', AUTHORIZE, { TOKEN_SHA256: tokenSha256 });
    const connect = this.#addFunction('Connect', 'connect', this.#productEnvironment());
    const beat = this.#addFunction('Beat', 'message', this.#productEnvironment());
    for (const { role } of [connect, beat]) this.#allowProduct(role);
    const probe = this.#addProbe(beat);
    this.#api.addRoute('$connect', {
      integration: new WebSocketLambdaIntegration('Connect', connect.handler),
      authorizer: new WebSocketLambdaAuthorizer('Authorizer', authorize.handler, { identitySource: [] }),
    });
    this.#addRoute('$disconnect', probe, false);
    this.#addRoute('silent', probe, false);
    this.#addRoute('beat', beat, true);
    this.#addRoute('$default', probe, true);
  }

  #addProbe(beat: RoomFunction): RoomFunction {
    const log = beat.logGroup;
    const probe = this.#addFunction('Probe', PROBE, {
      ...{ TABLE_NAME: this.#table.tableName, CONNECTIONS_URL: this.#stage.callbackUrl },
      BEAT_LOG: log.logGroupName,
    });
    allow(probe.role, 'dynamodb', ['GetItem', 'PutItem'], [this.#table.tableArn]);
    allowConnections(probe.role, ['POST'], this.#stage);
    probe.role.addToPolicy(new PolicyStatement({ actions: ['logs:FilterLogEvents'], resources: [log.logGroupArn] }));
    return probe;
  }

  /** The product with its default settings, without what would close or refuse a measuring connection. */
  #productEnvironment(): Record<string, string> {
    const SETTINGS = JSON.stringify({
      ...settingsOfLambdas(defaultSettings),
      connectsPerMinute: 0,
      maxConnectionsPerUser: 0,
    });
    return { SETTINGS, TABLE_NAME: this.#table.tableName, CONNECTIONS_URL: this.#stage.callbackUrl };
  }

  #allowProduct(role: RoomFunction['role']): void {
    allow(role, 'dynamodb', grants.message.table, [this.#table.tableArn]);
    allowConnections(role, grants.message.connections ?? [], this.#stage);
  }

  #addFunction(id: string, entry: string, environment: Readonly<Record<string, string>>): RoomFunction {
    return new RoomFunction(this, id, {
      entry,
      timeout: Duration.seconds(29),
      environment,
      memoryMb: 512,
      reservedConcurrency: 0,
      logRetention: RetentionDays.ONE_MONTH,
      tracing: false,
      failing: undefined,
      gradual: undefined,
    });
  }

  #addRoute(routeKey: string, { handler, node }: RoomFunction, returnResponse: boolean): void {
    const integration = new WebSocketLambdaIntegration(`${node.id}-${routeKey.replace('$', '')}`, handler);
    Validations.of(this.#api.addRoute(routeKey, { integration, returnResponse })).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'API Gateway authorizes a socket at $connect only.',
    });
  }
}
