import { Validations } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { AccessLog } from './access-log.ts';
import { callErrors } from './api-errors.ts';
import { LimitAlarm } from './limit-alarm.ts';

const logFields = {
  requestId: '$context.requestId',
  httpMethod: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  requestTime: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  error: '$context.error.responseType',
  integrationStatus: '$context.integrationStatus',
};

/** How much the API takes, and how long its log is kept. */
export interface ServerApiProps {
  readonly serverApiRequestsPerSec: number;
  readonly serverApiBurst: number;
  readonly logRetention: RetentionDays;
}

/** The HTTP API for application servers: one Lambda behind every path. */
export class ServerApi extends Construct {
  /** The base URL, without a trailing slash. */
  readonly url: string;
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, handler: IFunction, props: ServerApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { createDefaultStage: false });
    const routes = this.api.addRoutes({
      path: '/{proxy+}',
      methods: [HttpMethod.ANY],
      integration: new HttpLambdaIntegration('ServerApi', handler),
    });
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Every call is signed with the app secret, and the Lambda checks the signature first.',
      });
    }
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: props.serverApiRequestsPerSec, burstLimit: props.serverApiBurst },
      accessLogSettings: new AccessLog(this, 'AccessLog', logFields, props.logRetention).settings,
    });
    this.url = this.api.apiEndpoint;
    new LimitAlarm(this, 'ServerErrors', {
      ...{ metric: callErrors(this.api, this.stage), limit: 5, periods: 1 },
      meaning: 'Calls of application servers ended with a status of 500 or more',
    });
  }
}
