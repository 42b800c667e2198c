import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrivals } from '../../../bench/cost/arrivals.ts';
import { CONTENT, SENDER } from '../../../bench/cost/content.ts';
import { count } from '../../../bench/cost/count.ts';
import counted from '../../../bench/cost/counted.json' with { type: 'json' };
import { MeteredRoom } from '../../../bench/cost/metered-room.ts';
import { RoomModel } from '../../../bench/cost/room-model.ts';
import { TABLE_NAME } from '../../../bench/measured-deps.ts';
import { defaultSettings } from '../../../lib/domain/settings.ts';
import { callDynamodb, type Emulator, startEmulator } from '../../../lib/local/dynamodb/emulator.ts';
import { tableKeys } from '../../support/table-keys.ts';

const even = (perSecond: number, messages: number) =>
  Array.from({ length: messages }, (_, index) => Math.round(500 + (index * 1_000) / perSecond));

const scenarios = [
  { title: 'a quiet small room, in line', members: 6, senders: 5, timesMs: even(1, 7) },
  { title: 'a busy small room, in windows', members: 6, senders: 5, timesMs: even(10, 24) },
  { title: 'a room with more messages than its tail holds', members: 20, senders: 20, timesMs: even(55, 60) },
  { title: 'random gaps: some in line, some in windows', members: 6, senders: 3, timesMs: arrivals(3, 18) },
  {
    title: 'names and pictures on the rows of a small room',
    members: 100,
    senders: 5,
    timesMs: even(1, 4),
    sender: SENDER,
  },
  { title: 'names and pictures in a crowded room', members: 140, senders: 4, timesMs: even(4, 6), sender: SENDER },
  { title: 'a crowded room', members: 140, senders: 4, timesMs: even(4, 6) },
] as const;

describe('the model of a room', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({});
    const table = { TableName: TABLE_NAME, BillingMode: 'PAY_PER_REQUEST', ...tableKeys };
    await callDynamodb(emulator.endpoint, 'CreateTable', table);
  });
  afterAll(() => emulator.close());

  it.each(scenarios.map((scenario, place) => ({ ...scenario, place })))(
    'takes the units that the use cases take: $title',
    async ({ members, senders, timesMs, place, ...scenario }) => {
      const sender = 'sender' in scenario ? scenario.sender : undefined;
      const room = new MeteredRoom(emulator.endpoint, place + 10, {}, sender);
      await room.create();
      const all = await room.members(members);
      room.take();
      await room.talk(all.slice(0, senders), timesMs);
      const { posts, rings } = room.happened;
      const { writeUnits, readUnits, listReadUnits } = room.take();
      const { postsPerSecond } = defaultSettings;
      const shape = { connections: members, senders, postsPerSecond, postCpuMs: 0, postMs: 0 };
      const { rows } = counted;
      const member = rows.member + (sender === undefined ? 0 : rows.memberSender);
      const model = new RoomModel(shape, { ...rows, member }, CONTENT, timesMs).run();
      expect({
        ...{ posts: model.posts, runs: model.runs },
        ...{ writeUnits: model.writeUnits, readUnits: model.readUnits },
      }).toEqual({ posts, runs: rings, writeUnits, readUnits: readUnits + listReadUnits });
    },
  );
});

describe('the counted units', () => {
  it('are those of the use cases as they are (otherwise: npm run cost -- --count)', async () => {
    const { rows, acts } = await count();
    expect(acts).toEqual(counted.acts);
    const differences = Object.entries(counted.rows).map(([name, bytes]) => {
      return [name, Math.abs(bytes - rows[name as keyof typeof rows])] as const;
    });
    // A random number in a row may take a byte more or less.
    expect(differences.filter(([, bytes]) => bytes > 2)).toEqual([]);
  });
});
