import { eventTemplate, type SeenRecord } from '../event-stack.ts';
import { integration, route } from '../small-stack.ts';
import { type EventStack, type EventStackOptions, useEventStack } from '../use-event-stack.ts';

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

const lambda = (roleId: string, more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Handler: 'index.handler', Role: arnOf(roleId), Timeout: 20, ...more },
  Metadata: { 'aws:asset:path': 'asset.worker' },
});

const role = (Action: string, ...Resource: unknown[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource }] } }] },
});

/**
 * The event stack with a Caller that may invoke the Courier, the Narrow and the Closed, and a Boss that may invoke all. The events that the Courier fails
 * are reported to LostEvents. The Narrow has one environment, the Closed none.
 */
export const asyncTemplate = {
  ...eventTemplate,
  Resources: {
    ...eventTemplate.Resources,
    LostEvents: { Type: 'AWS::SQS::Queue', Properties: {} },
    CallerRole: role('lambda:InvokeFunction', ...['Courier', 'Narrow', 'Closed'].map(arnOf)),
    Caller: lambda('CallerRole'),
    BossRole: role('lambda:*', '*'),
    Boss: lambda('BossRole'),
    CourierRole: role('sqs:SendMessage', arnOf('LostEvents')),
    Courier: lambda('CourierRole', { FunctionName: 'the-courier' }),
    CourierInvoke: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: 'Courier' },
        Qualifier: '$LATEST',
        DestinationConfig: { OnFailure: { Destination: arnOf('LostEvents') } },
      },
    },
    NarrowRole: role('lambda:InvokeFunction', arnOf('Narrow')),
    Narrow: lambda('NarrowRole', { ReservedConcurrentExecutions: 1 }),
    Closed: lambda('BareRole', { ReservedConcurrentExecutions: 0 }),
    ClosedIntegration: integration('Http', 'Closed'),
    ClosedRoute: route('Http', 'GET /closed', 'ClosedIntegration'),
  },
};

/** The records of an event, as the functions show them to the decider. */
export const eventOf = (...bodies: string[]) => ({ Records: bodies.map((body) => ({ body })) });

export const courierArn = 'arn:aws:lambda:us-east-1:000000000000:function:the-courier';

/** A request of the Invoke API. */
export interface InvokeRequest {
  /** The name or ARN of the function, as it is in the path. */
  readonly name: string;
  readonly type?: string;
  readonly signer?: string | undefined;
  readonly body?: string;
  readonly query?: string;
}

/** The stack with the Invoke API as its functions reach it. */
export interface AsyncStack extends EventStack {
  request(request: InvokeRequest): Promise<Response>;
  /** Queues an event for the Courier and returns its request id. */
  post(...bodies: string[]): Promise<string>;
  bodiesOf(functionName: string): string[];
}

export function useAsyncStack(options: EventStackOptions = {}): AsyncStack {
  const events = useEventStack('dynoxide', { template: asyncTemplate, ...options });
  const request = async ({ name, type, signer = 'Caller', body = '', query = '' }: InvokeRequest) => {
    const environment = await events.stack().invoke('Writer', { do: 'environment' });
    const { AWS_ENDPOINT_URL_LAMBDA } = (environment.ok ? environment.payload : {}) as Record<string, string>;
    const scope = `Credential=${signer}/20200101/us-east-1/lambda/aws4_request`;
    return fetch(`${AWS_ENDPOINT_URL_LAMBDA}/2015-03-31/functions/${name}/invocations${query}`, {
      method: 'POST',
      headers: {
        ...(type === undefined ? {} : { 'x-amz-invocation-type': type }),
        ...(signer === '' ? {} : { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` }),
      },
      body,
    });
  };
  return {
    ...events,
    request,
    post: async (...bodies) => {
      const body = JSON.stringify(eventOf(...bodies));
      const response = await request({ name: 'the-courier', type: 'Event', body });
      if (response.status !== 202) throw new Error(`unable to queue an event; ${await response.text()}`);
      return response.headers.get('x-amzn-requestid') ?? '';
    },
    bodiesOf: (functionName) =>
      events.batchesOf(functionName).flatMap((records: SeenRecord[]) => records.map(({ body }) => body)),
  };
}
