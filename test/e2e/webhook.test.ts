import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventLog } from '../../bin/scenario/event-log.ts';
import type { Player } from '../../bin/scenario/player.ts';
import { openStage, type Stage } from '../../bin/scenario/stage.ts';
import { signRequest } from '../../lib/server-api/sign-request.ts';
import { listen } from '../support/listen.ts';

const CHANGES = 'Chatroom/Default/Changes/Function';
const WEBHOOK = 'Chatroom/Default/Webhook/Function';
const QUEUE = 'EventsWebhook0F6C5151';
const LOST = 'EventsLostEvents747022F6';
/** As in the stack. */
const MAX_RECEIVES = 30;

interface WebhookEvent {
  readonly eventId: string;
  readonly chatRoomId: string;
  readonly userIds: readonly string[];
  readonly status: number;
  readonly type: number;
}
interface Delivery {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The app's server: answers with a given status and keeps what it gets. */
const receiver = { status: 200, deliveries: [] as Delivery[], events: new EventLog<WebhookEvent>() };
let server: Server;
let stage: Stage;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    receiver.deliveries.push({ url: new URL(request.url ?? '', 'http://app'), headers: request.headers, body });
    response.writeHead(receiver.status).end();
    for (const event of JSON.parse(body) as WebhookEvent[]) receiver.events.add(event);
  });
  const port = await listen(server);
  const webhookUrl = `http://127.0.0.1:${port}/rooms?from=test`;
  const settings = { webhookUrl, multipleRooms: true };
  stage = await openStage({ settings, schedules: 'manual', log: () => undefined });
});

afterAll(async () => {
  await stage.close();
  server.closeAllConnections();
  server.close();
});

async function enter(userId: string, room: string): Promise<Player> {
  const player = await stage.player(userId);
  expect(await player.join(room)).toBe(0);
  return player;
}

const eventsOf = (room: string): WebhookEvent[] => receiver.events.all.filter(({ chatRoomId }) => chatRoomId === room);
const until = (room: string, story: string): Promise<WebhookEvent> =>
  receiver.events.until(`${story} of ${room}`, (event) => event.chatRoomId === room && brief(event) === story);
const brief = ({ type, status, userIds }: WebhookEvent): string => [type, status, ...userIds].join(' ');
/** Retries failed deliveries by ending their visibility timeout. */
const retry = async (): Promise<void> => {
  stage.stack.testing.queue(QUEUE).expireVisibility();
  await stage.stack.testing.drain();
};

describe('the webhook', () => {
  it('reports the life of a room in order', async () => {
    await enter('ann', 'life');
    const bob = await enter('bob', 'life');
    expect(await bob.leave('life')).toBe(0);
    await stage.appServer.call('/chatroom/user/block/add.json', { chatroomId: 'life', userId: 'ann', minute: '1' });
    await stage.appServer.call('/chatroom/destroy.json', { chatroomId: 'life' });
    await stage.stack.testing.drain();
    const story = ['0 0', '1 0 ann', '1 0 bob', '2 0 bob', '2 2 ann', '3 0'];
    expect(eventsOf('life').map(brief)).toEqual(story);
    expect(new Set(eventsOf('life').map(({ eventId }) => eventId)).size).toBe(story.length);
  });

  it('has a signature in both forms', () => {
    const [{ url, headers, body } = { url: new URL('http://none'), headers: {}, body: '' }] = receiver.deliveries;
    const { appKey, appSecret: secret } = stage.stack;
    const query = Object.fromEntries(url.searchParams);
    const sha1 = createHash('sha1').update(`${secret}${query.nonce}${query.timestamp}`).digest('hex');
    expect(query).toMatchObject({ from: 'test', appKey, signature: sha1 });
    const signed = signRequest({
      method: 'POST',
      target: `${url.pathname}${url.search}`,
      body: Buffer.from(body),
      appKey,
      secret,
      nonce: String(headers.nonce),
      timestampMs: Number(headers.timestamp),
    });
    const strong = Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]);
    expect(headers).toMatchObject(Object.fromEntries(strong));
  });

  it.each(['before', 'after'] as const)(
    'loses no event when the changes Lambda is killed %s its work',
    async (when) => {
      const room = `changes-${when}`;
      await enter('ann', room);
      await stage.stack.testing.drain();
      stage.stack.testing.crash(CHANGES, when);
      expect(await (await enter('bob', room)).leave(room)).toBe(0);
      await until(room, '2 0 bob');
      const events = eventsOf(room).map(brief);
      expect([...new Set(events)]).toEqual(['0 0', '1 0 ann', '1 0 bob', '2 0 bob']);
      const ids = eventsOf(room).map(({ eventId }) => eventId);
      expect(new Set(ids).size).toBe(4);
    },
  );

  it('reports an eviction whose Lambda died before it notified anyone', async () => {
    await enter('ann', 'eviction');
    const bob = await enter('bob', 'eviction');
    await stage.stack.testing.drain();
    await stage.disconnect(bob);
    const publish = () =>
      stage.appServer.call('/message/chatroom/publish.json', {
        fromUserId: 'system',
        toChatroomId: 'eviction',
        objectName: 'RC:TxtMsg',
        content: '{}',
      });
    for (let sent = 0; sent < 30; sent += 1) await publish();
    await stage.stack.testing.drain();
    expect(eventsOf('eviction').map(brief)).toEqual(['0 0', '1 0 ann', '1 0 bob']);
    // It dies before it reports the eviction that the write of the 31st message decided.
    stage.stack.testing.crash(CHANGES, 'before');
    await publish();
    expect(await stage.appServer.isMember('eviction', 'bob')).toBe(false);
    await until('eviction', '2 1 bob');
    expect(eventsOf('eviction')).toHaveLength(4);
  });

  it.each([
    ['before', 1],
    ['after', 2],
  ] as const)('delivers the event when the webhook Lambda is killed %s the call', async (when, deliveries) => {
    const room = `webhook-${when}`;
    stage.stack.testing.crash(WEBHOOK, when);
    await stage.appServer.call('/chatroom/create_new.json', { chatroomId: room });
    await stage.stack.testing.drain();
    expect(eventsOf(room)).toHaveLength(deliveries - 1);
    await retry();
    const ids = eventsOf(room).map(({ eventId }) => eventId);
    expect(ids).toHaveLength(deliveries);
    expect(new Set(ids).size).toBe(1);
    await retry();
    expect(eventsOf(room)).toHaveLength(deliveries);
  });

  it('retries while the server is down, and keeps the order of the room', async () => {
    receiver.status = 503;
    await stage.appServer.call('/chatroom/create_new.json', { chatroomId: 'later' });
    await stage.stack.testing.drain();
    const ann = await enter('ann', 'later');
    expect(await ann.leave('later')).toBe(0);
    await stage.stack.testing.drain();
    const { length } = receiver.deliveries;
    expect(receiver.deliveries.slice(-3).every(({ body }) => body.includes('later'))).toBe(true);
    await retry();
    expect(receiver.deliveries.length).toBeGreaterThan(length);
    receiver.status = 200;
    receiver.events = new EventLog();
    await retry();
    expect(eventsOf('later').map(brief)).toEqual(['0 0', '1 0 ann', '2 0 ann']);
    expect(stage.stack.testing.queue(LOST).messages()).toEqual([]);
  });

  it('moves events to the dead-letter queue when the server stays down', async () => {
    receiver.status = 500;
    await stage.appServer.call('/chatroom/create_new.json', { chatroomId: 'never' });
    await stage.stack.testing.drain();
    for (let again = 0; again < MAX_RECEIVES; again += 1) await retry();
    receiver.status = 200;
    const lost = stage.stack.testing.queue(LOST).messages();
    expect(lost).toHaveLength(1);
    expect(JSON.parse(lost[0]?.body ?? '[]')).toMatchObject([{ chatRoomId: 'never', type: 0 }]);
    expect(stage.stack.testing.queue(QUEUE).messages()).toEqual([]);
  });
});
