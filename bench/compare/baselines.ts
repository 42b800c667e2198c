import { callDynamodb } from '../../lib/local/dynamodb/emulator.ts';
import { bundle } from './bundle.ts';
import {
  type Contender,
  connectionOf,
  type Deployed,
  newTableName,
  putItems,
  ROOM,
  type RoomSize,
  type SentMessage,
  type Site,
  userOf,
} from './contender.ts';

interface Baseline {
  readonly key: string;
  readonly title: string;
  readonly entry: string;
  readonly keepsOffline: boolean;
  readonly sharesPosts: boolean;
  readonly keys: readonly string[];
  /** Rows of the members, as DynamoDB's JSON. */
  rowsOf(size: RoomSize): Iterable<object>;
}

const text = (value: string) => ({ S: value });
const number = (value: number) => ({ N: String(value) });
const count = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);
const online = ({ online: members }: RoomSize) => count(members);

const isAccepted = (answer: unknown): boolean => (answer as { statusCode?: number } | null)?.statusCode === 200;

const eventOf = ({ sender, text: content }: SentMessage): object => ({
  requestContext: { connectionId: connectionOf(sender), requestTimeEpoch: Date.now() },
  body: JSON.stringify({ room: ROOM, text: content }),
});

async function fillTable(
  endpoint: string,
  tableName: string,
  { keys, rowsOf }: Baseline,
  size: RoomSize,
): Promise<void> {
  await callDynamodb(endpoint, 'CreateTable', {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  });
  await putItems(endpoint, tableName, [...rowsOf(size)]);
}

const contenderOf = (baseline: Baseline): Contender => ({
  ...baseline,
  deploy: async (site: Site, size: RoomSize): Promise<Deployed> => {
    const tableName = newTableName(baseline.key);
    await fillTable(site.dynamodbEndpoint, tableName, baseline, size);
    return {
      functions: { receive: await bundle(site.folder, baseline.entry) },
      receiver: 'receive',
      environment: {
        TABLE_NAME: tableName,
        CONNECTIONS_URL: `${site.sink.url}/prod`,
        // Those who are offline stay so: what counts is what they cost.
        GRACE_MS: size.offline > 0 ? '86400000' : '30000',
        MESSAGE_LIMIT: size.offline > 0 ? '1000000' : '31',
      },
      eventOf,
      isAccepted,
    };
  },
});

/** Contenders that are not the product; each is what its handler in `bench/baseline` says. */
export const baselines: readonly Contender[] = [
  {
    key: 'a',
    title: '(a) tutorial',
    entry: 'baseline/tutorial.ts',
    keepsOffline: false,
    sharesPosts: false,
    keys: ['connectionId'],
    rowsOf: (size: RoomSize) => online(size).map((member) => ({ connectionId: text(connectionOf(member)) })),
  },
  {
    key: 'a2',
    title: '(a′) tutorial with rooms',
    entry: 'baseline/rooms.ts',
    keepsOffline: true,
    sharesPosts: false,
    keys: ['room', 'user'],
    rowsOf: (size: RoomSize) => {
      const row = (member: number) => ({ room: text(ROOM), user: text(userOf(member)) });
      return [
        ...online(size).map((member) => ({ ...row(member), connectionId: text(connectionOf(member)) })),
        ...count(size.offline).map((index) => ({
          ...row(size.online + index),
          offlineAtMs: number(Date.now()),
          offlineSeq: number(0),
        })),
      ];
    },
  },
  {
    key: 'b',
    title: '(b) least calls',
    entry: 'baseline/floor.ts',
    keepsOffline: true,
    sharesPosts: false,
    keys: ['room', 'connectionId'],
    rowsOf: (size: RoomSize) =>
      online(size).map((member) => ({ room: text(ROOM), connectionId: text(connectionOf(member)) })),
  },
].map(contenderOf);
