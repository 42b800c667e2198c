import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../bin/chatroom.ts';
import { bodyOf, readCall } from '../../bin/deployment/read-call.ts';
import { signedCall } from '../../bin/deployment/signed-call.ts';
import { AppServer } from '../../bin/scenario/app-server.ts';
import { EventLog } from '../../bin/scenario/event-log.ts';
import { Player } from '../../bin/scenario/player.ts';
import { readAppSecret } from '../../lib/handlers/app-secret.ts';
import { type Emulator, startEmulator } from '../../lib/local/dynamodb/emulator.ts';
import { type LocalStack, runTemplate } from '../../lib/local/run-template.ts';
import { Code } from '../../lib/protocol/codes.ts';
import { prepareRestored, renameTable, restoreTable, tableNames } from './restored-table.ts';

const RESTORED = 'restored-rooms';
const BLOCKED_MIN = '60';
const CONNECTS_MAX = 3;
/** It starts the deployment again. */
const TIMEOUT_MS = 240_000;
const players: Player[] = [];
const tokens = new Map<string, string>();
const disconnects = new EventLog<string>();

let folder: string;
let emulator: Emulator;
let secretText: string;
let stack: LocalStack;
let aheadMs = 0;
const now = () => Date.now() + aheadMs;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'restore-'));
  emulator = await startEmulator({});
  synthesize(join(folder, 'before'), { notifyMemberChanges: true });
  stack = await start('before');
  secretText = stack.secret(String(stack.outputs.SecretName));
});

afterAll(async () => {
  for (const player of players) await player.end();
  await stack.close();
  await emulator.close();
  rmSync(folder, { recursive: true });
});

const start = (assembly: string): Promise<LocalStack> =>
  runTemplate({
    ...{ cloudAssembly: join(folder, assembly), port: 0, dynamodbEndpoint: emulator.endpoint, now },
    ...{ randomId: () => randomBytes(11).toString('base64'), log: () => {}, step: () => {} },
    testing: {
      schedules: 'manual',
      disconnectDelivery: async (deliver) => {
        await deliver();
        disconnects.add('delivered');
      },
    },
  });

/** A call of the server API; throws if it is refused. */
async function call(path: string, ...parameters: string[]): Promise<Readonly<Record<string, unknown>>> {
  const [appSecret] = readAppSecret(secretText);
  const target = { webSocketUrl: '', serverApiUrl: stack.httpApiUrl, appKey: 'doorman', appSecret };
  const { status, text } = await signedCall(target, bodyOf(readCall(path, parameters)));
  if (status !== 200) throw new Error(`unable to call ${path}; ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

async function connect(userId: string): Promise<Player> {
  const { token } = tokens.has(userId)
    ? { token: tokens.get(userId) }
    : await call('/user/getToken.json', `userId=${userId}`, `name=${userId}`);
  tokens.set(userId, String(token));
  // The first connect starts two Lambdas, which a busy machine may not do in the time that the SDK waits.
  for (let tried = 1; ; tried += 1) {
    const player = new Player({ server: stack.webSocketUrl, userId, token: String(token) });
    players.push(player);
    const code = await player.connect();
    if (code === 0) return player;
    if (tried === CONNECTS_MAX) throw new Error(`unable to connect ${userId}; code ${code}`);
    await player.end();
  }
}

async function memberOf(room: string): Promise<readonly string[]> {
  const [appSecret] = readAppSecret(secretText);
  // RongCloud's form of a signature may have any age: the deployment's clock runs ahead.
  const appServer = new AppServer({ serverApiUrl: stack.httpApiUrl, appKey: 'doorman', appSecret });
  const asked = { chatroomId: room, count: '100', order: '1' };
  const { users } = await appServer.call('/chatroom/user/query.json', asked);
  return (users as readonly { id: string }[]).map(({ id }) => id).sort();
}

const namesOf = (list: unknown): unknown => (list as readonly { userId: string }[]).map(({ userId }) => userId);

/** What the server API says of the rooms. */
async function roomsNow(): Promise<unknown> {
  const room = 'chatroomId=room1';
  const range = [`startTime=${now() - 3_600_000}`, `endTime=${now() + 60_000}`];
  const history = await call('/v3/message/chatroom/query.json', 'userId=ann', 'targetId=room1', ...range);
  const { chatRooms } = await call('/chatroom/query.json', room, 'chatroomId=room2');
  return {
    rooms: (chatRooms as readonly { chrmId: string }[]).map(({ chrmId }) => chrmId),
    members: await memberOf('room1'),
    blocked: namesOf((await call('/chatroom/user/block/list.json', room)).users),
    allowlisted: (await call('/chatroom/user/whitelist/query.json', room)).users,
    entries: (await call('/chatroom/entry/query.json', room)).keys,
    history: (history.data as readonly unknown[]).length,
  };
}

// dynalite has neither expiry nor streams that can be switched on later.
const describeDrill = process.platform === 'linux' && process.arch === 'x64' ? describe : describe.skip;

describeDrill('a restored table', () => {
  it(
    'of another name carries rooms, members, blocks and rules on',
    async () => {
      const [ann, ben, eve, cat] = [
        await connect('ann'),
        await connect('ben'),
        await connect('eve'),
        await connect('cat'),
      ];
      for (const player of [ann, ben, eve, cat]) expect(await player.join('room1')).toBe(0);
      await call('/chatroom/create_new.json', 'chatroomId=room2');
      await call('/chatroom/user/block/add.json', 'chatroomId=room1', 'userId=dan', `minute=${BLOCKED_MIN}`);
      await call('/chatroom/user/whitelist/add.json', 'chatroomId=room1', 'userId=eve');
      await call('/chatroom/entry/set.json', 'chatroomId=room1', 'userId=ann', 'key=topic', 'value=drills');
      expect((await ann.send('room1', 'one')).seq).toBe(1);
      expect((await ann.send('room1', 'two')).seq).toBe(2);
      for (const player of [ben, eve]) {
        const seen = disconnects.all.length;
        player.loseNetwork();
        await disconnects.until(`the disconnect of ${player.userId}`, () => disconnects.all.length > seen);
      }
      const before = await roomsNow();
      expect(before).toMatchObject({
        ...{ rooms: ['room1', 'room2'], members: ['ann', 'ben', 'cat', 'eve'], blocked: ['dan'] },
        ...{ allowlisted: ['eve'], entries: [{ key: 'topic', value: 'drills' }], history: 2 },
      });

      const rows = await restoreTable(emulator.endpoint, RESTORED);
      expect(rows).toBeGreaterThan(10);
      // The accident comes after the point in time.
      await call('/chatroom/destroy.json', 'chatroomId=room1', 'chatroomId=room2');
      expect(await roomsNow()).toMatchObject({ rooms: [], members: [] });
      for (const player of players) await player.end();
      await stack.close();

      expect(await prepareRestored(emulator.endpoint, RESTORED)).toContain(`table/${RESTORED}/stream/`);
      renameTable(join(folder, 'before'), join(folder, 'after'), RESTORED);
      stack = await start('after');
      stack.putSecret(String(stack.outputs.SecretName), secretText);
      expect(await tableNames(emulator.endpoint)).toHaveLength(2);
      expect(await roomsNow()).toEqual(before);
    },
    TIMEOUT_MS,
  );

  it('lets who had a token return, refuses who is blocked, and has no ghosts', async () => {
    const ann = await connect('ann');
    expect(await ann.join('room1')).toBe(0);
    const dan = await connect('dan');
    expect(await dan.join('room1')).toBe(Code.BLOCKED);
    // The rows still have the connections of the former deployment: cat's is found gone when its lease is over.
    aheadMs += 400_000;
    await stack.testing.fireSchedules(now());
    await stack.testing.drain();
    expect(await memberOf('room1')).toEqual(['ann', 'ben', 'cat', 'eve']);
    aheadMs += 31_000;
    expect(await ann.send('room1', 'three')).toMatchObject({ code: 0, seq: 3 });
    expect(await memberOf('room1')).toEqual(['ann', 'eve']);
  });

  it('reports changes by its own stream', async () => {
    const ann = players.findLast(({ userId }) => userId === 'ann') as Player;
    await stack.testing.drain();
    for (const userId of ['ben', 'cat']) {
      await ann.events.until(`the end of ${userId}`, (event) => event.kind === 'left' && event.userId === userId);
    }
    const left = ann.events.all.flatMap((event) => (event.kind === 'left' ? [event.userId] : []));
    expect(left.sort()).toEqual(['ben', 'cat']);
  });
});
