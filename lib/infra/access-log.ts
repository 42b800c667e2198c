import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { createLog } from './log-options.ts';

/** The access log of one API. It logs named fields only, so a token in a query string never reaches it. */
export class AccessLog extends Construct {
  readonly settings: IAccessLogSettings;

  constructor(scope: Construct, id: string, fields: Readonly<Record<string, string>>, retention: RetentionDays) {
    super(scope, id);
    this.settings = {
      destination: new LogGroupLogDestination(createLog(this, retention)),
      format: AccessLogFormat.custom(JSON.stringify(fields)),
    };
  }
}
