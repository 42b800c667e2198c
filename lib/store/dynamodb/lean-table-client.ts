import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Operations, TableClient } from './table-client.ts';

/** The service's answer to one signed request. */
export interface TableAnswer {
  /** 0 where none came. */
  readonly status: number;
  /** The network's name for what went wrong where no answer came. */
  readonly errorType: string;
  readonly body: string;
}

/** Posts a JSON document to DynamoDB once. `target`: the value of `x-amz-target`. Never rejects. */
export type PostToTable = (target: string, document: object) => Promise<TableAnswer>;

type Values = Record<string, unknown>;
type Attributes = Parameters<typeof unmarshall>[0];

const TARGETS: Readonly<Record<keyof Operations, string>> = {
  Get: 'DynamoDB_20120810.GetItem',
  BatchGet: 'DynamoDB_20120810.BatchGetItem',
  Query: 'DynamoDB_20120810.Query',
  Put: 'DynamoDB_20120810.PutItem',
  Update: 'DynamoDB_20120810.UpdateItem',
  Delete: 'DynamoDB_20120810.DeleteItem',
};

/** The inputs that hold plain values, and the outputs that hold attributes. */
const ROWS_IN = ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;
const ROWS_OUT = ['Item', 'Attributes', 'LastEvaluatedKey'] as const;

/**
 * Speaks DynamoDB's JSON protocol for the six operations of the store, at a fraction of the CPU that the SDK's client takes
 * for its middleware, schemas and logs: a message makes some eight calls.
 */
export function createLeanTableClient(post: PostToTable): TableClient {
  return {
    call: async (name, input) => {
      const { status, errorType, body } = await post(TARGETS[name], encode(input));
      if (status === 200) return decode(JSON.parse(body) as Values) as Operations[typeof name]['output'];
      throw failure(status, status === 0 ? errorType : nameIn(body));
    },
  };
}

function encode(input: object): object {
  const encoded: Values = { ...input };
  for (const name of ROWS_IN) if (encoded[name] !== undefined) encoded[name] = toAttributes(encoded[name]);
  if (encoded.RequestItems !== undefined) encoded.RequestItems = eachTable(encoded.RequestItems, toAttributes);
  return encoded;
}

function decode(output: Values): object {
  for (const name of ROWS_OUT) if (output[name] !== undefined) output[name] = toValues(output[name]);
  if (output.Items !== undefined) output.Items = (output.Items as unknown[]).map(toValues);
  if (output.Responses !== undefined) {
    const responses = Object.entries(output.Responses as Record<string, unknown[]>);
    output.Responses = Object.fromEntries(responses.map(([table, rows]) => [table, rows.map(toValues)]));
  }
  if (output.UnprocessedKeys !== undefined) output.UnprocessedKeys = eachTable(output.UnprocessedKeys, toValues);
  return output;
}

/** The keys that are asked of each table, or that were left out. */
function eachTable(tables: unknown, convert: (key: unknown) => unknown): object {
  const asked = Object.entries(tables as Record<string, { readonly Keys: readonly unknown[] }>);
  return Object.fromEntries(asked.map(([table, { Keys, ...rest }]) => [table, { ...rest, Keys: Keys.map(convert) }]));
}

const toAttributes = (row: unknown): unknown => marshall(row, { removeUndefinedValues: true });
const toValues = (row: unknown): unknown => unmarshall(row as Attributes);

/** As in `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}`; a proxy's error has no such body. */
const nameIn = (body: string): string => /"__type"\s*:\s*"(?:[^"#]*#)?(\w{1,80})"/.exec(body)?.[1] ?? 'UnknownError';

const failure = (status: number, name: string): Error =>
  Object.assign(new Error(status === 0 ? `the table cannot be reached; ${name}` : `the table answered ${status}`), {
    name,
    $metadata: status === 0 ? {} : { httpStatusCode: status },
  });
