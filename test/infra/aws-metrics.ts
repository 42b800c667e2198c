/**
 * The metrics that AWS publishes for what the stack has, with the dimensions by which they can be read: from the guides of
 * Lambda, API Gateway, DynamoDB, SQS and EventBridge.
 */
const published: Readonly<
  Record<string, { readonly dimensions: readonly string[][]; readonly names: readonly string[] }>
> = {
  'AWS/Lambda': {
    dimensions: [['FunctionName'], ['FunctionName', 'Resource']],
    names: ['Errors', 'Throttles', 'Duration', 'Invocations', 'IteratorAge', 'ConcurrentExecutions'],
  },
  'AWS/ApiGateway': {
    dimensions: [['ApiId'], ['ApiId', 'Stage']],
    names: [
      // Of a WebSocket API.
      ...['ConnectCount', 'MessageCount', 'IntegrationError', 'ClientError', 'ExecutionError', 'IntegrationLatency'],
      // Of an HTTP API.
      ...['4xx', '5xx', 'Count', 'Latency', 'DataProcessed'],
    ],
  },
  'AWS/DynamoDB': {
    dimensions: [['TableName'], ['GlobalSecondaryIndexName', 'TableName']],
    names: [
      ...['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'ReadThrottleEvents', 'WriteThrottleEvents'],
    ],
  },
  'AWS/SQS': {
    dimensions: [['QueueName']],
    names: ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage', 'NumberOfMessagesSent'],
  },
};

/** A metric as a template or a dashboard names it. */
export interface NamedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
}

/** Whether AWS publishes it. */
export function isPublishedByAws({ namespace, name, dimensions }: NamedMetric): boolean {
  const known = published[namespace];
  const same = (each: readonly string[]) =>
    each.length === dimensions.length && each.every((dimension) => dimensions.includes(dimension));
  return known?.names.includes(name) === true && known.dimensions.some(same);
}
