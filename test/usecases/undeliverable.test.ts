import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import type { JoinedAnswer } from '../../lib/protocol/answers.ts';
import { frameBytes } from '../../lib/protocol/frame-size.ts';
import { FRAME_BYTES_MAX } from '../../lib/protocol/limits.ts';
import type { Message } from '../../lib/protocol/message.ts';
import { logPartition, roomKey } from '../../lib/store/dynamodb/keys.ts';
import type { Row } from '../../lib/store/dynamodb/table.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { createClientAt, tableName, useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';

const use = useStore('dynoxide');
/** The message of this seq fits into no frame. */
const BAD_SEQ = 5;
const TOO_LONG = 'x'.repeat(FRAME_BYTES_MAX);

/** 12 messages of the server API; one of them is then made undeliverable in the table itself, in the log or in the tail. */
async function worldWithBadRow(where: 'log' | 'tail', bad: (message: Row) => unknown) {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  await world.publish(where === 'log' ? 12 : BAD_SEQ);
  const client = createClientAt(use().endpoint);
  const read = async (Key: object) => {
    const { Item = {} } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
    return Item as Row;
  };
  const put = (Item: object) => client.send(new PutCommand({ TableName: tableName, Item }));
  const room = await read(roomKey(world.room));
  const epoch = String(room.epoch);
  if (where === 'log') {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': logPartition(world.room, epoch) },
      }),
    );
    const isIt = (message: Row) => message.seq === BAD_SEQ;
    const rows = Items.filter(({ messages = [] }) => (messages as Row[]).some(isIt));
    expect(rows).toHaveLength(1);
    for (const row of rows) {
      await put({
        ...row,
        messages: (row.messages as Row[]).map((message) => (isIt(message) ? bad(message) : message)),
      });
    }
  } else {
    const ids = room.tail as readonly string[];
    const id = ids[ids.length - 1 - (Number(room.seq) - BAD_SEQ)] ?? '';
    const contents = room.tailContents as Record<string, Row>;
    await put({ ...room, tailContents: { ...contents, [id]: bad(contents[id] ?? {}) } });
    await world.publish(12 - BAD_SEQ);
  }
  return { world, ann };
}

interface Page {
  readonly messages: readonly Message[];
  readonly next?: number;
  readonly complete: boolean;
}

const ask = async (world: World, caller: Caller, frame: object): Promise<Page> => {
  const answer = await world.frame<Page>(caller, { room: world.room, ...frame });
  if (!('messages' in answer)) throw new Error(`unable to read; code ${answer.code}`);
  expect(frameBytes({ event: 'answer', id: 'r1', ...answer })).toBeLessThanOrEqual(FRAME_BYTES_MAX);
  return answer;
};

/** All pages of a history or a repair. */
async function askAll(world: World, caller: Caller, frame: object, goOn: (next: number) => object): Promise<Page[]> {
  const page = await ask(world, caller, frame);
  return page.next === undefined
    ? [page]
    : [page, ...(await askAll(world, caller, { ...frame, ...goOn(page.next) }, goOn))];
}

const rest = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12];
const seqs = ({ messages }: Page) => messages.map(({ seq }) => seq);

test.each([
  ['too long, in the log', 'log', (message: Row) => ({ ...message, content: TOO_LONG })],
  ['too long, in the tail', 'tail', (message: Row) => ({ ...message, content: TOO_LONG })],
  ['no message at all, in the log', 'log', () => ({ seq: BAD_SEQ })],
] as const)('I-L2: one message that is %s keeps no other from being read or pushed', async (_what, where, bad) => {
  const { world, ann } = await worldWithBadRow(where, bad);
  for (const order of ['ascending', 'descending']) {
    const history = { action: 'history', timestampMs: 0, count: 50, order };
    const pages = await askAll(world, ann, history, (cursor) => ({ cursor }));
    expect(pages.flatMap(seqs)).toEqual(order === 'ascending' ? rest : rest.toReversed());
  }
  const repair = { action: 'repair', afterSeq: 0, beforeSeq: 0 };
  const repairs = await askAll(world, ann, repair, (afterSeq) => ({ afterSeq }));
  expect(repairs.flatMap(seqs)).toEqual(rest);
  expect(repairs.some(({ complete }) => !complete)).toBe(true);
  const bob = await world.open('bob');
  const joined = await ask(world, bob, { action: 'join', messageCount: 50, autoCreate: false });
  const { roomEpoch, membership, seq: afterSeq } = joined as unknown as JoinedAnswer;
  const others = afterSeq < 12 ? await askAll(world, bob, { ...repair, afterSeq }, (next) => ({ afterSeq: next })) : [];
  expect([joined, ...others].flatMap(seqs)).toEqual(rest);
  await world.drop(bob);
  const back = await world.open('bob');
  const resume = { roomEpoch, membership, seq: 2 };
  const resumed = await ask(world, back, { action: 'join', messageCount: -1, autoCreate: false, resume });
  const { seq } = resumed as unknown as JoinedAnswer;
  const more = seq < 12 ? await askAll(world, back, { ...repair, afterSeq: seq }, (next) => ({ afterSeq: next })) : [];
  expect([resumed, ...more].flatMap(seqs)).toEqual([3, 4, 6, 7, 8, 9, 10, 11, 12]);
  expect(resumed).toMatchObject({ latestSeq: 12, complete: false });
  expect(await world.send(ann)).toMatchObject({ code: 0, seq: 13 });
  await world.publish(20);
  const pushed = world.push
    .framesOf(back.connectionId)
    .flatMap((frame) => (frame.event === 'messages' ? frame.messages : []));
  expect(pushed.map((message) => message.seq)).toEqual(Array.from({ length: 21 }, (_, index) => 13 + index));
  expect(world.faults).toEqual([]);
});

test('a page of only undeliverable messages continues with a cursor', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  await world.publish(1);
  const { deps, room } = world;
  const { epoch = '' } = (await deps.store.getRoom(room)) ?? {};
  const rows = Array.from({ length: 80 }, (_, index) => ({
    ...{ seq: index + 1, messageId: `${index + 1}-x`, clientMessageId: 'x', senderUserId: 'eve', type: 'T' },
    ...{ content: index === 0 ? 'first' : TOO_LONG, sentAtMs: world.clock.nowMs },
  }));
  for (const row of rows) await deps.store.appendLog(room, epoch, [row], world.clock.nowMs + 3_600_000);
  const state = await deps.store.getRoom(room);
  const client = createClientAt(use().endpoint);
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: roomKey(room), ConsistentRead: true }),
  );
  await client.send(
    new PutCommand({ TableName: tableName, Item: { ...Item, seq: 80, tail: [], tailTimes: [], tailContents: {} } }),
  );
  expect(state).toBeDefined();
  let cursor: number | undefined;
  const found: string[] = [];
  for (let pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(80);
    const history = { action: 'history', timestampMs: 0, count: 50, order: 'descending' };
    const page = await ask(world, ann, cursor === undefined ? history : { ...history, cursor });
    found.push(...page.messages.map(({ content }) => content));
    if (page.next === undefined) break;
    cursor = page.next;
  }
  expect(found).toEqual(['first']);
});
