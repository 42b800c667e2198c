import { Validations } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpStage, type ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { AccessLog } from './access-log.ts';

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

/** The HTTP API for application servers: one Lambda behind every path. */
export class ServerApi extends Construct {
  /** The base URL, without a trailing slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, handler: IFunction, throttle: ThrottleSettings) {
    super(scope, id);
    const api = new HttpApi(this, 'Api', { createDefaultStage: false });
    const routes = api.addRoutes({
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
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: new AccessLog(this, 'AccessLog', logFields).settings,
    });
    this.url = api.apiEndpoint;
  }
}
