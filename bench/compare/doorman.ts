import { join } from 'node:path';
import { synthesize } from '../../bin/chatroom.ts';
import { offlineMark } from '../../lib/domain/eviction.ts';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { emptyMember, joined, withoutConnection } from '../../lib/domain/member.ts';
import type { Room } from '../../lib/domain/room.ts';
import { defaultSettings, type Settings } from '../../lib/domain/settings.ts';
import { digest } from '../../lib/handlers/deps-digest.ts';
import { createTableClient } from '../../lib/handlers/deps-table.ts';
import { createTables } from '../../lib/local/dynamodb/create-tables.ts';
import { callDynamodb } from '../../lib/local/dynamodb/emulator.ts';
import type { LocalFunction } from '../../lib/local/template/local-function.ts';
import { readStack, type StackDescription } from '../../lib/local/template/stack-description.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import { createDynamoStore } from '../../lib/store/dynamodb/dynamodb-store.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { joinRoom } from '../../lib/usecases/join-room.ts';
import { openConnection } from '../../lib/usecases/open-connection.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { servedValue } from '../../test/support/outcome.ts';
import {
  type Contender,
  connectionOf,
  digitsOf,
  newTableName,
  putItems,
  ROOM,
  type RoomSize,
  SENDERS,
  type SentMessage,
  type Site,
  userOf,
} from './contender.ts';

const AT_ONCE = 8;
const TOKEN_LIFE_MS = 86_400_000;
const DAY_MS = 86_400_000;
/** The Lambdas that a message goes through, by their constructs; each other one is left out. */
const OF_A_MESSAGE = ['Message', 'Deliver'];

let synthesized: StackDescription | undefined;

function stackIn(folder: string): StackDescription {
  if (synthesized === undefined) {
    const assembly = join(folder, 'assembly');
    synthesize(assembly, {});
    synthesized = readStack(assembly);
  }
  return synthesized;
}

/** Those of a deployment that chooses none, but for what would end the measurement. */
function settingsFor({ offline }: RoomSize): Settings {
  const limits = { offlineGraceMs: DAY_MS, offlineMessageLimit: 1_000_000 };
  // Ten senders send as much as a whole room.
  return { ...defaultSettings, sendsPerSecond: 20, ...(offline > 0 ? limits : {}) };
}

/** As few as a deployment has by default. */
const DUE_SHARDS = 2;

/** As `Message` in `Chatroom/Default/Message/Function`. */
const constructOf = ({ path }: LocalFunction): string => path.split('/').at(-2) ?? '';

function depsFor(site: Site, tableName: string, settings: Settings): Deps {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sleep = (pauseMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));
  const from = { now: Date.now, random: Math.random, sleep };
  const client = createTableClient({
    ...{ endpoint: site.dynamodbEndpoint, region: 'us-east-1', credentials: () => credentials },
    ...from,
  });
  const { connectionLifeMs } = settings;
  const table = { client, tableName, connectionLifeMs, dueShards: DUE_SHARDS };
  return {
    store: createDynamoStore({ ...table, ...from }),
    push: { post: async () => 'ok', close: async () => {} },
    doorbell: { ring: async () => 'rung' },
    settings,
    now: Date.now,
    randomId: () => crypto.randomUUID(),
    random: Math.random,
    digest,
    sleep,
    onFault: (what, cause) => {
      throw new Error(`unable to ${what}`, { cause });
    },
    backOff: () => sleep(1),
  };
}

/** Those who write connect and join as in a deployment. */
async function enterRoom(deps: Deps, roomId: RoomId, member: number): Promise<void> {
  const caller = { userId: userOf(member) as UserId, connectionId: connectionOf(member) as ConnectionId };
  const token = { issuedAtMs: deps.now(), expiresAtMs: deps.now() + TOKEN_LIFE_MS };
  servedValue(await openConnection(deps, caller, { platform: 'mobile', loginId: `run${member}_1` }, token));
  servedValue(await joinRoom(deps, caller, { room: roomId, messageCount: -1, autoCreate: false }));
}

/** The rows of the others are written as a join or a disconnect leaves them: a message reads no more of them. */
async function putMember(deps: Deps, room: Room, member: number, isOnline: boolean): Promise<void> {
  const own = { connectionId: connectionOf(member) as ConnectionId, device: 'mobile' };
  const row = emptyMember(room.roomId, userOf(member) as UserId, room.epoch);
  const connected = joined(row, own, `${digitsOf(member)}-0000-4000-8000-000000000000`, deps.now());
  const mark = offlineMark(room, deps.now(), deps.now());
  const next = isOnline ? connected : withoutConnection(connected, own.connectionId, mark);
  if ((await deps.store.putMember(next, 0, 'joined')) === 'conflict') {
    throw new Error('unable to fill the room; a member is there already');
  }
}

/** Writes all rows of a member again for others, whatever the store has written for it; ids differ in their digits. */
async function copyRows(endpoint: string, tableName: string, member: number, others: readonly number[]): Promise<void> {
  const { Items } = (await callDynamodb(endpoint, 'Scan', { TableName: tableName })) as { Items: readonly object[] };
  const rows = Items.map((item) => JSON.stringify(item)).filter((row) => row.includes(digitsOf(member)));
  const copies = others.flatMap((other) => rows.map((row) => row.replaceAll(digitsOf(member), digitsOf(other))));
  await putItems(
    endpoint,
    tableName,
    copies.map((copy) => JSON.parse(copy)),
  );
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

async function fillRoom(site: Site, tableName: string, deps: Deps, { online, offline }: RoomSize): Promise<void> {
  const room = await createRoom(deps, ROOM as RoomId, ROOM);
  await inParallel(range(0, SENDERS), AT_ONCE, (member) => enterRoom(deps, room.roomId, member));
  for (const [from, to, isOnline] of [
    [SENDERS, online, true],
    [online, online + offline, false],
  ] as const) {
    if (from >= to) continue;
    await putMember(deps, room, from, isOnline);
    await copyRows(site.dynamodbEndpoint, tableName, from, range(from + 1, to));
  }
}

let lastMessage = 0;

function eventOf({ sender, text }: SentMessage): object {
  lastMessage += 1;
  const content = JSON.stringify({ content: text });
  const frame = { action: 'send', id: `r${lastMessage}`, room: ROOM, type: 'RC:TxtMsg', content };
  const nowMs = Date.now();
  const life = { issuedAtMs: String(nowMs - 1000), expiresAtMs: String(nowMs + TOKEN_LIFE_MS) };
  return {
    requestContext: {
      connectionId: connectionOf(sender),
      requestTimeEpoch: nowMs,
      authorizer: { userId: userOf(sender), ...life },
    },
    body: JSON.stringify({ ...frame, clientMessageId: `m${lastMessage}` }),
  };
}

function isAccepted(answer: unknown): boolean {
  const { body = '' } = (answer ?? {}) as { body?: string };
  return JSON.parse(body || '{}').code === 0;
}

/** The product beside itself: the same room with nobody offline. */
export const doormanWithoutOffline: Contender = {
  key: 'doorman-0',
  title: 'Doorman, nobody offline',
  keepsOffline: true,
  sharesPosts: true,
  deploy: (site, { online }) => doorman.deploy(site, { online, offline: 0 }),
};

/** The product: the bundles of its deployment, on rows that its use cases wrote. */
export const doorman: Contender = {
  key: 'doorman',
  title: 'Doorman',
  keepsOffline: true,
  sharesPosts: true,
  deploy: async (site, size) => {
    const stack = stackIn(site.folder);
    const [table] = stack.tables;
    if (table === undefined) throw new Error('unable to deploy Doorman; its template has no table');
    const tableName = newTableName('doorman');
    const own = { ...table, tableName, create: { ...table.create, TableName: tableName } };
    await createTables(site.dynamodbEndpoint, [own]);
    const settings = settingsFor(size);
    await fillRoom(site, tableName, depsFor(site, tableName, settings), size);
    const functions = stack.functions.filter((fn) => OF_A_MESSAGE.includes(constructOf(fn)));
    const receiver = functions.find((fn) => constructOf(fn) === 'Message');
    if (receiver === undefined) throw new Error('unable to deploy Doorman; its template has no Lambda named Message');
    const fileOf = ({ assetDir }: LocalFunction) => join(assetDir, 'index.mjs');
    return {
      functions: Object.fromEntries(functions.map((fn) => [fn.functionName, fileOf(fn)])),
      receiver: receiver.functionName,
      environment: {
        ...Object.assign({}, ...functions.map(({ environment }) => environment)),
        TABLE_NAME: tableName,
        CONNECTIONS_URL: `${site.sink.url}/prod`,
        SETTINGS: JSON.stringify(settings),
      },
      eventOf,
      isAccepted,
    };
  },
};
