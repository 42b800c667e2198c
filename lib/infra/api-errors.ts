import { Duration } from 'aws-cdk-lib';
import type { IApi, IStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

const period = Duration.minutes(5);

/** A metric of API Gateway for one stage. */
export const apiMetric = (api: IApi, stage: IStage, metricName: string, statistic: string = Stats.SUM): Metric =>
  new Metric({
    ...{ namespace: 'AWS/ApiGateway', metricName, statistic, period },
    dimensionsMap: { ApiId: api.apiId, Stage: stage.stageName },
  });

/** Frames and connects of a WebSocket API that its Lambdas, or API Gateway itself, did not answer. */
export const socketErrors = (api: IApi, stage: IStage): IMetric =>
  new MathExpression({
    ...{ label: 'Socket errors', period, expression: 'FILL(integration, 0) + FILL(execution, 0)' },
    usingMetrics: {
      integration: apiMetric(api, stage, 'IntegrationError'),
      execution: apiMetric(api, stage, 'ExecutionError'),
    },
  });

/** Calls of an HTTP API that ended with a status of 500 or more. */
export const callErrors = (api: IApi, stage: IStage): Metric => apiMetric(api, stage, '5xx');
