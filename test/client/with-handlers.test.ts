import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeliveredMessage, RCIMIWTimeOrder } from '../../lib/client/index.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { logPartition } from '../../lib/store/dynamodb/keys.ts';
import type { Row } from '../../lib/store/dynamodb/table.ts';
import { publishMessage } from '../../lib/usecases/publish-message.ts';
import { recallMessage } from '../../lib/usecases/recall-message.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { createChance } from '../simulation/chance.ts';
import { SimServer } from '../simulation/sim-server.ts';
import { SimulatedDevice } from '../simulation/simulated-device.ts';
import { MINUTE_MS, VirtualTimers } from '../simulation/virtual-timers.ts';
import { createClientAt, tableName, useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { range } from '../support/range.ts';
import { worldSettings } from '../support/world.ts';

const { BEFORE, AFTER } = RCIMIWTimeOrder;

const getStore = useStore('dynoxide');
let rooms = 0;
let room: RoomId;
let timers: VirtualTimers;
let server: SimServer;
let ann: SimulatedDevice;

beforeEach(async () => {
  rooms += 1;
  room = `room${rooms}` as RoomId;
  timers = new VirtualTimers(1_800_000_000_000);
  const settings = { ...worldSettings, offlineGraceMs: 86_400_000, offlineMessageLimit: 1_000_000 };
  const { endpoint } = getStore();
  server = new SimServer({ timers, random: createChance(rooms), endpoint, connectionPrefix: room, settings });
  ann = new SimulatedDevice({ server, timers, random: createChance(4711), userId: 'ann', platform: 'desktop' });
  await createRoom(server.deps, room, room);
});

afterEach(async () => {
  await ann.engine.destroy();
  await server.advance(1000);
  expect(server.faults).toEqual([]);
});

async function publish(content: string, isKept = true): Promise<string> {
  const given = { room, fromUserId: 'bob', type: 'T', content, includeSender: false, rank: 'normal', isKept } as const;
  return servedValue(await publishMessage(server.deps, given)).messageId;
}

/** Publishes messages of this size: each fifth is not kept in the history, and each seventh is deleted. */
async function publishMixed(count: number, bytes: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const messageId = await publish('x'.repeat(bytes), number % 5 !== 0);
    if (number % 7 === 0 && number % 5 !== 0) {
      const recall = { room, messageId, byUserId: 'boss', extra: '', isAdmin: true, isDelete: true };
      expect(await recallMessage(server.deps, recall)).toEqual({ code: 0 });
    }
  }
}

const isMixed = (seq: number) => seq % 5 !== 0 && seq % 7 !== 0;

async function enter(messageCount: number): Promise<void> {
  await ann.enter(room, messageCount, 3600);
  await server.advance(5000);
}

describe('a join', () => {
  it('delivers all messages asked for, even if a frame holds a fifth of them', async () => {
    for (let number = 1; number <= 60; number += 1) await publish('x'.repeat(3000));
    await enter(50);
    expect(ann.handed).toEqual(range(11, 60));
    await publish('new');
    await server.advance(1000);
    expect(ann.handed).toEqual(range(11, 61));
  });

  it('passes over hidden messages, and delivers later pushes', async () => {
    await publishMixed(120, 10);
    await enter(50);
    const shown = range(1, 120).filter(isMixed);
    expect(ann.handed).toEqual(shown.slice(-50));
    await publish('new', false);
    await server.advance(1000);
    expect(ann.handed).toEqual([...shown.slice(-50), 121]);
  });
});

describe('a resume', () => {
  it('delivers all missed messages over many pages, and passes over hidden ones', async () => {
    await enter(-1);
    ann.access.unplug();
    await server.advance(1000);
    await publishMixed(150, 2000);
    await server.advance(5000);
    // Messages that are not kept in the history are delivered while they are in the room's tail.
    await publish('151', false);
    expect((await server.deps.store.getRoom(room))?.tail.map(({ seq }) => seq)).toEqual([151]);
    ann.access.plugIn();
    ann.access.reset();
    await server.advance(MINUTE_MS);
    expect(ann.handed).toEqual([...range(1, 150).filter(isMixed), 151]);
  });

  it('reports one unreadable message as a gap of one', async () => {
    await enter(-1);
    ann.access.unplug();
    await server.advance(1000);
    for (let number = 1; number <= 40; number += 1) await publish(`message ${number}`);
    await server.advance(5000);
    await spoil(7);
    ann.access.plugIn();
    ann.access.reset();
    await server.advance(MINUTE_MS);
    expect(ann.handed).toEqual([...range(1, 6), [6, 8], ...range(8, 40)]);
  });
});

/** Makes one message of the log unreadable in the table. */
async function spoil(seq: number): Promise<void> {
  const client = createClientAt(getStore().endpoint);
  const epoch = (await server.deps.store.getRoom(room))?.epoch ?? '';
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': logPartition(room, epoch) },
    }),
  );
  for (const row of Items) {
    const messages = (row.messages ?? []) as Row[];
    if (!messages.some((message) => message.seq === seq)) continue;
    const spoilt = messages.map((message) => (message.seq === seq ? { seq } : message));
    await client.send(new PutCommand({ TableName: tableName, Item: { ...row, messages: spoilt } }));
  }
}

/** As an app pages: by the time of the last message, until a page is not full. */
async function readAll(order: RCIMIWTimeOrder, count: number, fromMs: number): Promise<number[]> {
  const all: number[] = [];
  for (let timestamp = fromMs; ; ) {
    const pages: DeliveredMessage[][] = [];
    const codes: number[] = [];
    await ann.engine.getChatRoomMessages(room, timestamp, order, count, {
      onSuccess: (messages) => pages.push(messages),
      onError: (code) => codes.push(code),
    });
    await server.until('the page', () => pages.length + codes.length > 0, MINUTE_MS);
    expect(codes).toEqual([]);
    const [page = []] = pages;
    all.push(...page.map(({ seq }) => seq));
    const last = page.at(-1);
    if (last === undefined || page.length < count) return all;
    timestamp = last.sentTime;
  }
}

describe('history', () => {
  it('has each message once, in order, with any page size, even if many have the same time', {
    timeout: 120_000,
  }, async () => {
    const log: number[] = [];
    let seq = 0;
    for (const times of [1, 2, 3, 20, 1, 40, 2, 1]) {
      for (let time = 0; time < times; time += 1) {
        seq += 1;
        const isKept = seq % 11 !== 0;
        await publish('x'.repeat((seq % 10) * 400), isKept);
        if (isKept) log.push(seq);
      }
      await server.advance(1);
    }
    await enter(10);
    for (const count of [1, 3, 50]) {
      expect(await readAll(AFTER, count, 0)).toEqual(log);
      expect(await readAll(BEFORE, count, 0)).toEqual(log.toReversed());
    }
  });

  it('continues before the messages of the join, even if they have the same time', async () => {
    for (let number = 1; number <= 30; number += 1) await publish(`message ${number}`);
    const atMs = timers.nowMs;
    await enter(10);
    expect(ann.handed).toEqual(range(21, 30));
    expect(await readAll(BEFORE, 7, atMs)).toEqual(range(1, 20).toReversed());
  });
});
