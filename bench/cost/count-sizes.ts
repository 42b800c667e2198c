import { unmarshall } from '@aws-sdk/util-dynamodb';
import { callDynamodb } from '../../lib/local/dynamodb/emulator.ts';
import { frameBytes } from '../../lib/protocol/frame-size.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import { sizeOfItem } from '../../test/simulation/memory-dynamodb/item-size.ts';
import { TABLE_NAME } from '../measured-deps.ts';
import { SENDER } from './content.ts';
import { MeteredRoom } from './metered-room.ts';
import type { RowSizes } from './row-sizes.ts';

type Item = Parameters<typeof sizeOfItem>[0];

const INDEXED = ['pk', 'sk', 'listedIn', 'listedAs', 'connections', 'userId', 'roomEpoch'];
/** So many stay in the tail, and the next one moves all of them to the log. */
const MESSAGES_IN_TAIL = 1;
/** The last of them is the one in the tail. */
const TALK_MS = [1_001, 2_002, 3_003];
const LEASE = { deliveryId: '00000001-0000-4000-8000-000000000000', deliveryUntilMs: 1_812_345_678_901 };
/** What an empty list or map takes. */
const EMPTY_BYTES = 3;

async function rowsOf(endpoint: string): Promise<readonly Item[]> {
  const { Items } = (await callDynamodb(endpoint, 'Scan', { TableName: TABLE_NAME })) as {
    readonly Items: Parameters<typeof unmarshall>[0][];
  };
  return Items.map((row) => unmarshall(row) as Item);
}

function find(rows: readonly Item[], part: string): Item {
  const row = rows.find(({ sk, pk }) => `${pk}/${sk}`.includes(part));
  if (row === undefined) throw new Error(`unable to count; there is no row with ${part} in its key`);
  return row;
}

const pick = (item: Item, names: readonly string[]): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));

/** What the elements of a list or map of a row take. */
const elementsIn = (row: Item, name: string): number => sizeOfItem(pick(row, [name])) - name.length - EMPTY_BYTES;

function roomSizes(row: Item): Pick<RowSizes, 'room' | 'lease' | 'tailEntry' | 'tailContent'> {
  const entries = elementsIn(row, 'tail') + elementsIn(row, 'tailTimes');
  const contents = elementsIn(row, 'tailContents');
  return {
    room: sizeOfItem(row) - entries - contents,
    lease: sizeOfItem(LEASE),
    tailEntry: Math.round(entries / MESSAGES_IN_TAIL),
    tailContent: Math.round(contents / MESSAGES_IN_TAIL),
  };
}

function accessSizes(rows: readonly Item[], sends: number): Pick<RowSizes, 'access' | 'accessSend'> {
  const sizes = rows.filter(({ sk }) => sk === 'ACCESS').map(sizeOfItem);
  const access = Math.min(...sizes);
  return { access, accessSend: Math.round((Math.max(...sizes) - access) / sends) };
}

function logSizes(row: Item, messages: number): Pick<RowSizes, 'log' | 'logMessage'> {
  const bytes = elementsIn(row, 'messages');
  return { log: sizeOfItem(row) - bytes, logMessage: Math.round(bytes / messages) };
}

/** A message in a frame, and a comma. */
function messageBytes(frame: PushFrame | undefined): number {
  if (frame?.event !== 'messages') throw new Error('unable to count; the last frame has no message');
  return frameBytes(frame) - frameBytes({ ...frame, messages: [] }) + 1;
}

/** The sizes of rows as the use cases write them, in an empty table. */
export async function countSizes(endpoint: string): Promise<RowSizes> {
  const room = new MeteredRoom(endpoint, 0);
  await room.create();
  // The second one only listens.
  const [sender] = await room.members(2);
  if (sender === undefined) throw new Error('unable to count; nobody is in the room');
  await room.talk([sender], TALK_MS);
  const talked = find(await rowsOf(endpoint), '/ROOM');
  await room.talk([sender], [1_001]);
  const rows = await rowsOf(endpoint);
  const member = find(rows, 'MEMBER#');
  return {
    ...roomSizes(talked),
    ...accessSizes(rows, TALK_MS.length + 1),
    member: sizeOfItem(member),
    memberSender: sizeOfItem({ sender: { ...SENDER } }),
    listed: sizeOfItem(pick(member, INDEXED)),
    ...logSizes(find(rows, '#LOG#'), MESSAGES_IN_TAIL + 1),
    frameMessage: messageBytes(room.lastFrame),
  };
}
