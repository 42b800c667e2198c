import { describe, expect, test } from 'vitest';
import { readHistory } from '../../lib/usecases/read-history.ts';
import { useStore } from '../support/emulators.ts';
import { fillRoom } from '../support/filled-history.ts';
import { crowdedMessages, type Order, walkHistory } from '../support/history-walk.ts';
import { servedValue } from '../support/outcome.ts';
import { serve } from './api-caller.ts';
import { createApiWorld } from './api-world.ts';
import { signedCall } from './signed-call.ts';

const use = useStore('dynoxide');
const PATH = '/v3/message/chatroom/query.json';
const COUNT = 80;
const SIZES = Array.from({ length: 50 }, (_, index) => index + 1);
const ORDERS: readonly Order[] = ['ascending', 'descending'];

interface Data {
  readonly data: readonly { readonly messageUID: string; readonly msgTime: number; readonly content: string }[];
  readonly hasMore: boolean;
  readonly next: number;
}

async function asker(world: ReturnType<typeof createApiWorld>) {
  const messages = crowdedMessages(COUNT, world.clock.nowMs - 10_000);
  await fillRoom(world.deps.store, world.room, messages);
  const [startTime, endTime] = [`${messages[0]?.sentAtMs}`, `${messages.at(-1)?.sentAtMs}`];
  const ask = async (change: Readonly<Record<string, string>>): Promise<Data> => {
    const body = { userId: 'ann', targetId: world.room, startTime, endTime, includeStart: 'true', ...change };
    const answered = await serve(world.deps, signedCall(PATH, JSON.stringify(body)));
    expect(answered.body).toMatchObject({ code: 200 });
    return answered.body as unknown as Data;
  };
  return { messages, startTime, endTime, ask };
}

const seqsOf = ({ data }: Data): number[] => data.map(({ content }) => Number(content.split(' ')[1]));

describe('the history of a room with many messages of one time', () => {
  test('by the server API and a cursor: each once, in order, with the end reported, for any page size', async () => {
    const { ask } = await asker(createApiWorld(use()));
    for (const order of ORDERS) {
      for (const size of SIZES) {
        await walkHistory(COUNT, order, 0, async (cursor) => {
          const page = await ask({
            pageSize: `${size}`,
            order: order === 'ascending' ? '1' : '2',
            cursor: `${cursor}`,
          });
          expect(page.hasMore).toBe(page.next !== 0);
          return { seqs: seqsOf(page), next: page.hasMore ? page.next : undefined };
        });
      }
    }
  }, 120_000);

  test('by the server API and times only, as its SDKs page', async () => {
    const { ask, startTime, endTime } = await asker(createApiWorld(use()));
    for (const size of SIZES) {
      await walkHistory(COUNT, 'ascending', '', async (after) => {
        const page = await ask({ pageSize: `${size}`, startTime: after || startTime, includeStart: `${after === ''}` });
        const last = page.data.at(-1);
        return { seqs: seqsOf(page), next: last === undefined ? undefined : `${last.msgTime}` };
      });
      await walkHistory(COUNT, 'descending', endTime, async (to) => {
        if (to < startTime) return { seqs: [], next: undefined };
        const page = await ask({ pageSize: `${size}`, endTime: to, order: '2' });
        const last = page.data.at(-1);
        return { seqs: seqsOf(page), next: last === undefined ? undefined : `${last.msgTime - 1}` };
      });
    }
  }, 120_000);

  test('by a client and a cursor', async () => {
    const world = createApiWorld(use());
    await asker(world);
    const ann = await world.enter('ann');
    for (const order of ORDERS) {
      for (const count of SIZES) {
        await walkHistory<number | 'start'>(COUNT, order, 'start', async (at) => {
          const asked = { room: world.room, timestampMs: 0, order, count };
          const page = servedValue(
            await readHistory(world.deps, ann, at === 'start' ? asked : { ...asked, cursor: at }),
          );
          return { seqs: page.messages.map(({ seq }) => seq), next: page.next };
        });
      }
    }
  }, 120_000);

  test('from any time, in both orders: exactly the messages before or after it', async () => {
    const world = createApiWorld(use());
    const { messages } = await asker(world);
    const ann = await world.enter('ann');
    const [first, last] = [messages[0]?.sentAtMs ?? 0, messages.at(-1)?.sentAtMs ?? 0];
    for (let timestampMs = first - 1; timestampMs <= last + 1; timestampMs += 1) {
      for (const order of ORDERS) {
        const page = await readHistory(world.deps, ann, { room: world.room, timestampMs, order, count: 10 });
        const expected =
          order === 'ascending'
            ? messages.filter(({ sentAtMs }) => sentAtMs > timestampMs)
            : messages.filter(({ sentAtMs }) => sentAtMs < timestampMs).toReversed();
        const seqs = servedValue(page).messages.map(({ seq }) => seq);
        expect(seqs).toEqual(expected.slice(0, 10).map(({ seq }) => seq));
        expect('next' in page).toBe(expected.length > 10);
      }
    }
  }, 120_000);
});

test('the fields of a message, and the answer for a missing room', async () => {
  const world = createApiWorld(use());
  await world.create();
  const { nowMs } = world.clock;
  const form = { fromUserId: 'bob', toChatroomId: world.room, objectName: 'RC:TxtMsg', content: '{"content":"語"}' };
  const published = (await world.call('/message/chatroom/publish.json', form)) as {
    readonly messageUIDs: readonly { readonly messageUID: string }[];
  };
  await world.call('/message/chatroom/publish.json', { ...form, isPersisted: 0 });
  const asked = { userId: 'ann', startTime: `${nowMs - 1}`, endTime: `${nowMs}` };
  const ask = async (body: object) => (await serve(world.deps, signedCall(PATH, JSON.stringify(body)))).body;
  expect(await ask({ ...asked, targetId: world.room })).toEqual({
    code: 200,
    data: [
      {
        targetId: world.room,
        fromUserId: 'bob',
        messageUID: published.messageUIDs[0]?.messageUID,
        msgTime: nowMs,
        objectName: 'RC:TxtMsg',
        content: '{"content":"語"}',
        expansion: false,
        extraContent: '',
      },
    ],
    hasMore: false,
    next: 0,
  });
  const none = { code: 200, data: [], hasMore: false, next: 0 };
  expect(await ask({ ...asked, targetId: 'nowhere' })).toEqual(none);
  // Numbers work as well as their text.
  expect(await ask({ ...asked, targetId: world.room, startTime: nowMs, pageSize: 5 })).toEqual(none);
  expect(await ask({ ...asked, targetId: world.room, endTime: `${nowMs - 2}` })).toMatchObject({ code: 1002 });
});
