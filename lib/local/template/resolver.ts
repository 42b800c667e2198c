import { account, apiHost, arnOf, sqsUrl } from '../base/account.ts';
import { isRecord } from '../base/json.ts';
import type { Resource, Template } from './cloudformation.ts';

/** AWS puts the time at which the stream was enabled here; a constant lets the resolver know the ARN in advance. */
const streamLabel = '2020-01-01T00:00:00.000';

const nameProperties: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::ApiGatewayV2::Stage': 'StageName',
  'AWS::Events::Rule': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SQS::Queue': 'QueueName',
};

const arnForms: Readonly<Record<string, (name: string) => string>> = {
  'AWS::Lambda::Function': (name) => arnOf('lambda', `function:${name}`),
  'AWS::DynamoDB::Table': (name) => arnOf('dynamodb', `table/${name}`),
  'AWS::DynamoDB::GlobalTable': (name) => arnOf('dynamodb', `table/${name}`),
  'AWS::Events::Rule': (name) => arnOf('events', `rule/${name}`),
  'AWS::SQS::Queue': (name) => arnOf('sqs', name),
  'AWS::Scheduler::Schedule': (name) => arnOf('scheduler', `schedule/default/${name}`),
  // Secrets Manager appends a hyphen and six characters to every name.
  'AWS::SecretsManager::Secret': (name) => arnOf('secretsmanager', `secret:${name}-local0`),
};

/** Turns the intrinsic functions of a template into plain values. */
export interface Resolver {
  resolve(value: unknown): unknown;
  /** The name that the resource would have in AWS. */
  physicalName(logicalId: string): string;
  arn(logicalId: string): string;
}

function pseudoParameter(name: string, stackName: string): string | undefined {
  const values: Readonly<Record<string, string>> = {
    'AWS::AccountId': account.accountId,
    'AWS::Partition': account.partition,
    'AWS::Region': account.region,
    'AWS::URLSuffix': account.urlSuffix,
    'AWS::StackName': stackName,
    'AWS::StackId': arnOf('cloudformation', `stack/${stackName}/local`),
  };
  return values[name];
}

/** Creates the resolver of one stack. It throws on an unknown intrinsic function instead of guessing its value. */
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
    const property = nameProperties[resource.Type];
    const name = property === undefined ? undefined : resource.Properties?.[property];
    if (name !== undefined) return String(this.resolve(name));
    return resource.Properties?.FifoQueue === true ? `${logicalId}.fifo` : logicalId;
  }

  arn(logicalId: string): string {
    const { Type } = this.#resource(logicalId);
    const name = this.physicalName(logicalId);
    return arnForms[Type]?.(name) ?? arnOf(Type.split('::')[1]?.toLowerCase() ?? 'local', name);
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
    throw new Error(`unable to resolve ${key}; the local stack does not support it`);
  }

  #ref(name: string): unknown {
    const known = pseudoParameter(name, this.#stackName);
    if (known !== undefined) return known;
    const parameter = this.#template.Parameters?.[name];
    if (parameter !== undefined) return parameter.Default;
    const { Type } = this.#resource(name);
    if (Type === 'AWS::SecretsManager::Secret') return this.arn(name);
    return Type === 'AWS::SQS::Queue' ? this.#queueUrl(name) : this.physicalName(name);
  }

  #queueUrl(logicalId: string): string {
    return `${sqsUrl}/${account.accountId}/${this.physicalName(logicalId)}`;
  }

  #attribute(logicalId: string, name: string): unknown {
    if (name === 'Arn' || name === 'FunctionArn') return this.arn(logicalId);
    if (name === 'StreamArn') return `${this.arn(logicalId)}/stream/${streamLabel}`;
    if (name === 'QueueUrl') return this.#queueUrl(logicalId);
    if (name === 'QueueName') return this.physicalName(logicalId);
    if (name !== 'ApiEndpoint') return `${logicalId}.${name}`;
    const scheme = this.#resource(logicalId).Properties?.ProtocolType === 'WEBSOCKET' ? 'wss' : 'https';
    return `${scheme}://${apiHost(logicalId)}`;
  }

  #substitute(text: string, variables: Record<string, unknown>): string {
    return text.replace(/\$\{([^!}][^}]*)\}/g, (_match, key: string) => {
      if (key in variables) return String(this.resolve(variables[key]));
      const [id = '', ...rest] = key.split('.');
      return String(rest.length === 0 ? this.#ref(id) : this.#attribute(id, rest.join('.')));
    });
  }
}
