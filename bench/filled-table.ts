import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createGzip } from 'node:zlib';
import { leaseFrom } from '../lib/domain/lease.ts';
import { callDynamodb } from '../lib/local/dynamodb/emulator.ts';
import type { ConnectionId, RoomId, UserId } from '../lib/protocol/ids.ts';
import { joinRoom } from '../lib/usecases/join-room.ts';
import { openConnection } from '../lib/usecases/open-connection.ts';
import { createRoom } from '../lib/usecases/steps/create-room.ts';
import { tableKeys } from '../test/support/table-keys.ts';
import { measuredDeps, TABLE_NAME, withTable } from './measured-deps.ts';

const CHUNK_CHARACTERS = 1_000_000;
const HOUR_MS = 3_600_000;
const SAMPLE = { room: nameOf('room', 0), user: nameOf('user', 0), connection: nameOf('c', 0) };

/** As long as the ids of a deployment: units go by size. */
function nameOf(kind: 'room' | 'user' | 'c', index: number): string {
  const digits = `${index}`.padStart(8, '0');
  return kind === 'c' ? `L0SM9${digits}w=` : `${kind}-${digits}`;
}

export const roomAt = (index: number) => nameOf('room', index) as RoomId;
export const userAt = (index: number) => nameOf('user', index) as UserId;
export const connectionAt = (index: number) => nameOf('c', index) as ConnectionId;

/** What is to be in a table. */
export interface Filling {
  readonly rooms: number;
  /** Member `index` is in the room `index` modulo the rooms. */
  readonly members: number;
  /** The lease of the connection of a member; undefined = its row is left out. */
  readonly leaseUntilMs: (index: number) => number | undefined;
  readonly joinedAtMs: number;
}

interface SampleRows {
  readonly room: string;
  readonly member: string;
  readonly connection: string;
}

/** The rows of one member as the use cases write them, each as one line of DynamoDB's export to S3. */
const writeSample = (joinedAtMs: number): Promise<SampleRows> =>
  withTable(async (endpoint) => {
    const now = () => joinedAtMs;
    const randomId = () => '00000001-0000-4000-8000-000000000000';
    const { deps } = measuredDeps({ endpoint, now, randomId, settings: {}, push: {} });
    const caller = { userId: userAt(0), connectionId: connectionAt(0) };
    const token = { issuedAtMs: joinedAtMs, expiresAtMs: joinedAtMs + 24 * HOUR_MS };
    await createRoom(deps, roomAt(0), SAMPLE.room);
    await openConnection(deps, caller, { platform: 'mobile', loginId: 'k3jd82hf92hd' }, token);
    await joinRoom(deps, caller, { room: roomAt(0), messageCount: -1, autoCreate: false });
    const { Items } = (await callDynamodb(endpoint, 'Scan', { TableName: TABLE_NAME })) as {
      Items: { sk: { S: string } }[];
    };
    const rowOf = (kind: string) =>
      `${JSON.stringify({ Item: Items.find(({ sk }) => sk.S.split('#')[0] === kind) })}\n`;
    return { room: rowOf('ROOM'), member: rowOf('MEMBER'), connection: rowOf('CONNECTION') };
  });

function* linesOf(filling: Filling, sample: SampleRows): Generator<string> {
  const { rooms, members, joinedAtMs } = filling;
  for (let index = 0; index < rooms; index += 1) yield sample.room.replaceAll(SAMPLE.room, roomAt(index));
  for (let index = 0; index < members; index += 1) {
    const named = (text: string) =>
      text
        .replaceAll(SAMPLE.room, roomAt(index % rooms))
        .replaceAll(SAMPLE.user, userAt(index))
        .replaceAll(SAMPLE.connection, connectionAt(index));
    yield named(sample.member);
    const leaseUntilMs = filling.leaseUntilMs(index);
    if (leaseUntilMs !== undefined) {
      yield named(sample.connection).replaceAll(`${leaseFrom(joinedAtMs)}`, `${leaseUntilMs}`);
    }
  }
}

async function writeExport(folder: string, filling: Filling, sample: SampleRows): Promise<void> {
  await mkdir(join(folder, TABLE_NAME, 'data'), { recursive: true });
  const file = createWriteStream(join(folder, TABLE_NAME, 'data', 'rows.json.gz'));
  const zip = createGzip({ level: 1 });
  zip.pipe(file);
  let chunk = '';
  for (const line of linesOf(filling, sample)) {
    chunk += line;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    if (!zip.write(chunk)) await once(zip, 'drain');
    chunk = '';
  }
  zip.end(chunk);
  await once(file, 'finish');
}

/** Fills a new table in a new folder, which `startEmulator` then takes as its `dataDir`. */
export async function fillTable(folder: string, filling: Filling): Promise<void> {
  await writeExport(join(folder, 'export'), filling, await writeSample(filling.joinedAtMs));
  const schema = join(folder, 'schema.json');
  const Table = { TableName: TABLE_NAME, TableStatus: 'ACTIVE', ...tableKeys };
  const BillingModeSummary = { BillingMode: 'PAY_PER_REQUEST' };
  await writeFile(schema, JSON.stringify({ Table: { ...Table, BillingModeSummary } }));
  const program = join(dirname(createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json')), 'dynoxide');
  const options = ['import', '--source', join(folder, 'export'), '--schema', schema, '--tables', TABLE_NAME];
  const run = spawn(program, [...options, '--output', join(folder, 'dynamodb.sqlite')], { stdio: 'ignore' });
  const [code] = await once(run, 'close');
  if (code !== 0) throw new Error(`unable to fill the table; the import ended with code ${code}`);
}
