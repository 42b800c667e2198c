import { Validations } from 'aws-cdk-lib';
import { WebSocketApi, type WebSocketRouteOptions, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { AccessLog } from './access-log.ts';
import { socketErrors } from './api-errors.ts';
import { ApiLoggingRole } from './api-logging-role.ts';
import { LimitAlarm } from './limit-alarm.ts';

/** The Lambdas behind the routes. */
export interface SocketRoutes {
  readonly authorize: IFunction;
  readonly connect: IFunction;
  readonly disconnect: IFunction;
  readonly message: IFunction;
}

const logFields = {
  requestId: '$context.requestId',
  connectionId: '$context.connectionId',
  eventType: '$context.eventType',
  routeKey: '$context.routeKey',
  status: '$context.status',
  requestTime: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  error: '$context.error.responseType',
  integrationStatus: '$context.integrationStatus',
};

/** How much the API takes, and whether this stack lets API Gateway write logs in the account. */
export interface SocketApiProps {
  readonly socketRequestsPerSec: number;
  readonly socketBurst: number;
  readonly manageApiLogging: boolean;
  readonly logRetention: RetentionDays;
}

/** The WebSocket API and its stage. Routes are added later, because their Lambdas need the URL of the stage. */
export class SocketApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;
  readonly serverErrors: Alarm;

  constructor(scope: Construct, id: string, props: SocketApiProps) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', { routeSelectionExpression: '$request.body.action' });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: 'prod',
      autoDeploy: true,
      throttle: { rateLimit: props.socketRequestsPerSec, burstLimit: props.socketBurst },
      accessLogSettings: new AccessLog(this, 'AccessLog', logFields, props.logRetention).settings,
    });
    if (props.manageApiLogging) this.stage.node.addDependency(new ApiLoggingRole(this, 'LoggingRole').account);
    this.serverErrors = new LimitAlarm(this, 'ServerErrors', {
      ...{ metric: socketErrors(this.api, this.stage), limit: 5, periods: 1 },
      meaning: 'API Gateway got no answer from a Lambda for frames or connects; clients try again',
    });
  }

  /** Routes `$connect`, `$disconnect` and every frame to their Lambdas; the answer to a frame is sent on the socket. */
  route(functions: SocketRoutes): void {
    this.api.addRoute('$connect', {
      integration: new WebSocketLambdaIntegration('Connect', functions.connect),
      // The token can be in the sub-protocol or in the query string; an identity source would be mandatory.
      authorizer: new WebSocketLambdaAuthorizer('Authorizer', functions.authorize, { identitySource: [] }),
    });
    this.#addRoute('$disconnect', {
      integration: new WebSocketLambdaIntegration('Disconnect', functions.disconnect),
    });
    this.#addRoute('$default', {
      integration: new WebSocketLambdaIntegration('Message', functions.message),
      returnResponse: true,
    });
  }

  #addRoute(routeKey: string, options: WebSocketRouteOptions): void {
    Validations.of(this.api.addRoute(routeKey, options)).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'API Gateway authorizes a socket at $connect only; every later event carries the identity.',
    });
  }
}
