/** The AWS account that every ARN, URL and event of a local stack names, and what the pseudo parameters resolve to. */
export const account = {
  accountId: '000000000000',
  partition: 'aws',
  region: 'us-east-1',
  urlSuffix: 'amazonaws.com',
} as const;

/** The ARN of a resource of this account. */
export const arnOf = (service: string, resource: string): string =>
  `arn:${account.partition}:${service}:${account.region}:${account.accountId}:${resource}`;

/** The host that API Gateway would give an API. */
export const apiHost = (apiId: string): string => `${apiId}.execute-api.${account.region}.${account.urlSuffix}`;

/** The SQS endpoint that queue URLs begin with. */
export const sqsUrl = `https://sqs.${account.region}.${account.urlSuffix}`;
