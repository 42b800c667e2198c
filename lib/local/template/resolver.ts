/** A CloudFormation template as far as this machine reads it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
}

/** One resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** A resource with its properties resolved. */
export type Entry = readonly [logicalId: string, properties: Record<string, unknown>, resource: Resource];

/** What the pseudo parameters stand for on this machine. */
export const pseudo = {
  accountId: '000000000000',
  partition: 'aws',
  region: 'us-east-1',
  urlSuffix: 'amazonaws.com',
} as const;

/** Where SQS would be in AWS. */
export const queuesUrl = `https://sqs.${pseudo.region}.${pseudo.urlSuffix}`;
/** In AWS the time at which the stream was switched on; here the same for all, so that ARNs can be known beforehand. */
const streamLabel = '2020-01-01T00:00:00.000';

const arn = (service: string, rest: string): string =>
  `arn:${pseudo.partition}:${service}:${pseudo.region}:${pseudo.accountId}:${rest}`;

const namedBy: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::ApiGatewayV2::Stage': 'StageName',
  'AWS::Events::Rule': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SQS::Queue': 'QueueName',
};

const arnOf: Readonly<Record<string, (name: string) => string>> = {
  'AWS::Lambda::Function': (name) => arn('lambda', `function:${name}`),
  'AWS::DynamoDB::Table': (name) => arn('dynamodb', `table/${name}`),
  'AWS::DynamoDB::GlobalTable': (name) => arn('dynamodb', `table/${name}`),
  'AWS::Events::Rule': (name) => arn('events', `rule/${name}`),
  'AWS::SQS::Queue': (name) => arn('sqs', name),
  'AWS::Scheduler::Schedule': (name) => arn('scheduler', `schedule/default/${name}`),
  // Secrets Manager appends a hyphen and six characters to every name.
  'AWS::SecretsManager::Secret': (name) => arn('secretsmanager', `secret:${name}-local0`),
};

/** Turns the intrinsic functions of a template into plain values. */
export interface Resolver {
  resolve(value: unknown): unknown;
  /** The name that the resource would have in AWS. */
  physicalName(logicalId: string): string;
  arn(logicalId: string): string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function pseudoValue(name: string, stackName: string): string | undefined {
  const values: Readonly<Record<string, string>> = {
    'AWS::AccountId': pseudo.accountId,
    'AWS::Partition': pseudo.partition,
    'AWS::Region': pseudo.region,
    'AWS::URLSuffix': pseudo.urlSuffix,
    'AWS::StackName': stackName,
    'AWS::StackId': arn('cloudformation', `stack/${stackName}/local`),
  };
  return values[name];
}

/** Makes the resolver of one stack; it throws on an intrinsic that it does not know rather than guess. */
export function createResolver(template: Template, stackName: string): Resolver {
  return new StackResolver(template, stackName);
}

class StackResolver implements Resolver {
  readonly #template: Template;
  readonly #stackName: string;

  constructor(template: Template, stackName: string) {
    this.#template = template;
    this.#stackName = stackName;
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.resolve(each));
    if (!isRecord(value)) return value;
    const [key, ...more] = Object.keys(value);
    if (key !== undefined && more.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
      return this.#intrinsic(key, value[key]);
    }
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.resolve(inner)]));
  }

  physicalName(logicalId: string): string {
    const resource = this.#resource(logicalId);
    const property = namedBy[resource.Type];
    const name = property === undefined ? undefined : resource.Properties?.[property];
    if (name !== undefined) return String(this.resolve(name));
    return resource.Properties?.FifoQueue === true ? `${logicalId}.fifo` : logicalId;
  }

  arn(logicalId: string): string {
    const { Type } = this.#resource(logicalId);
    const name = this.physicalName(logicalId);
    return arnOf[Type]?.(name) ?? arn(Type.split('::')[1]?.toLowerCase() ?? 'local', name);
  }

  #resource(logicalId: string): Resource {
    const resource = this.#template.Resources[logicalId];
    if (resource === undefined) throw new Error(`unable to resolve ${logicalId}; the template has no such resource`);
    return resource;
  }

  #intrinsic(key: string, argument: unknown): unknown {
    if (key === 'Ref') return this.#ref(String(argument));
    if (key === 'Fn::GetAtt') {
      const [id = '', ...rest] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
      return this.#attribute(id, rest.join('.'));
    }
    if (key === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown];
      return (this.resolve(parts) as unknown[]).map(String).join(separator);
    }
    if (key === 'Fn::Sub') {
      const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
      return this.#substitute(String(text), variables as Record<string, unknown>);
    }
    throw new Error(`unable to resolve ${key}; this machine does not know it`);
  }

  #ref(name: string): unknown {
    const known = pseudoValue(name, this.#stackName);
    if (known !== undefined) return known;
    const parameter = this.#template.Parameters?.[name];
    if (parameter !== undefined) return parameter.Default;
    const { Type } = this.#resource(name);
    if (Type === 'AWS::SecretsManager::Secret') return this.arn(name);
    return Type === 'AWS::SQS::Queue' ? this.#queueUrl(name) : this.physicalName(name);
  }

  #queueUrl(logicalId: string): string {
    return `${queuesUrl}/${pseudo.accountId}/${this.physicalName(logicalId)}`;
  }

  #attribute(logicalId: string, name: string): unknown {
    if (name === 'Arn' || name === 'FunctionArn') return this.arn(logicalId);
    if (name === 'StreamArn') return `${this.arn(logicalId)}/stream/${streamLabel}`;
    if (name === 'QueueUrl') return this.#queueUrl(logicalId);
    if (name === 'QueueName') return this.physicalName(logicalId);
    if (name !== 'ApiEndpoint') return `${logicalId}.${name}`;
    const scheme = this.#resource(logicalId).Properties?.ProtocolType === 'WEBSOCKET' ? 'wss' : 'https';
    return `${scheme}://${logicalId}.execute-api.${pseudo.region}.${pseudo.urlSuffix}`;
  }

  #substitute(text: string, variables: Record<string, unknown>): string {
    return text.replace(/\$\{([^!}][^}]*)\}/g, (_match, key: string) => {
      if (key in variables) return String(this.resolve(variables[key]));
      const [id = '', ...rest] = key.split('.');
      return String(rest.length === 0 ? this.#ref(id) : this.#attribute(id, rest.join('.')));
    });
  }
}
