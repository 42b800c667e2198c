/** A record of the table's stream, as Lambda passes it on. */
export interface TableRecord {
  readonly eventName: string;
  readonly dynamodb: {
    readonly NewImage?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly OldImage?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly Keys: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly SequenceNumber: string;
    readonly ApproximateCreationDateTime: number;
  };
}

/** Reads what is new in the table's stream since the last time, oldest first. */
export type ReadStream = () => Promise<readonly TableRecord[]>;

/** A reader that begins with the table's first record. */
export async function openStream(endpoint: string, tableName: string): Promise<ReadStream> {
  const iterators = new Map<string, string>();
  const { Streams } = await call<{ Streams: { StreamArn: string }[] }>(endpoint, 'ListStreams', {
    TableName: tableName,
  });
  const StreamArn = Streams[0]?.StreamArn;
  if (StreamArn === undefined) throw new Error('unable to read the stream; the table has none');
  const openShards = async () => {
    const { StreamDescription } = await call<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
      endpoint,
      'DescribeStream',
      { StreamArn },
    );
    for (const { ShardId } of StreamDescription.Shards) {
      if (iterators.has(ShardId)) continue;
      const shard = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
      const { ShardIterator } = await call<{ ShardIterator: string }>(endpoint, 'GetShardIterator', shard);
      iterators.set(ShardId, ShardIterator);
    }
  };
  return async () => {
    await openShards();
    const records: TableRecord[] = [];
    for (const [shard, first] of iterators) {
      for (let iterator: string | undefined = first; iterator !== undefined; ) {
        const page: { Records: TableRecord[]; NextShardIterator?: string } = await call(endpoint, 'GetRecords', {
          ShardIterator: iterator,
        });
        records.push(...page.Records);
        iterators.set(shard, page.NextShardIterator ?? iterator);
        iterator = page.Records.length === 0 ? undefined : page.NextShardIterator;
      }
    }
    return records;
  };
}

async function call<T>(endpoint: string, operation: string, input: unknown): Promise<T> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
      'x-amz-date': '20200101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`unable to ${operation}; ${await response.text()}`);
  return (await response.json()) as T;
}
