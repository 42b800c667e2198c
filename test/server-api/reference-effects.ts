import { expect } from 'vitest';
import { EventLog } from '../../bin/scenario/event-log.ts';
import { Player } from '../../bin/scenario/player.ts';
import type { Stage } from '../../bin/scenario/stage.ts';
import type { Form, ServerApiClient } from '../e2e/server-api-client.ts';

const MUTED = 23408;
const TOKEN_EXPIRED = 31020;

/** An effect of calls that no query shows, seen by connected users. */
export interface Effect {
  readonly what: string;
  run(stage: Stage, api: ServerApiClient): Promise<void>;
}

const says = (content: string) => ({ objectName: 'RC:TxtMsg', content: JSON.stringify({ content }) });

/** Users who are members of a new room. */
async function enter(stage: Stage, api: ServerApiClient, form: Form, users: readonly string[]): Promise<Player[]> {
  await api.served('/chatroom/create_new.json', form);
  return Promise.all(
    users.map(async (user) => {
      const player = await stage.player(user);
      expect(await player.join(String(form.chatroomId))).toBe(0);
      return player;
    }),
  );
}

async function codesOf(players: readonly Player[], room: string): Promise<readonly number[]> {
  const codes: number[] = [];
  for (const player of players) codes.push((await player.send(room, 'hello')).code);
  return codes;
}

const mutes: readonly Effect[] = [
  {
    what: 'a muted room takes only the messages of exempt users',
    run: async (stage, api) => {
      const room = { chatroomId: 'mute-effect' };
      const players = await enter(stage, api, room, ['mute-1', 'mute-2']);
      await api.served('/chatroom/ban/add.json', room);
      await api.served('/chatroom/user/ban/whitelist/add.json', { ...room, userId: 'mute-2' });
      expect(await codesOf(players, 'mute-effect')).toEqual([MUTED, 0]);
      await api.served('/chatroom/user/ban/whitelist/rollback.json', { ...room, userId: 'mute-2' });
      expect(await codesOf(players, 'mute-effect')).toEqual([MUTED, MUTED]);
      await api.served('/chatroom/ban/rollback.json', room);
      expect(await codesOf(players, 'mute-effect')).toEqual([0, 0]);
    },
  },
  {
    what: 'a room starts muted, with its exempt users and entries',
    run: async (stage, api) => {
      const entries = { entryOwnerId: 'made-2', entryInfo: '{"key":"value"}' };
      const settings = { isBan: 'true', whiteUserIds: ['made-2', 'made-3'], destroyType: '1', destroyTime: '10080' };
      const form = { chatroomId: 'made-effect', ...settings, ...entries };
      const players = await enter(stage, api, form, ['made-1', 'made-2', 'made-3']);
      expect(await codesOf(players, 'made-effect')).toEqual([MUTED, 0, 0]);
      const room = await api.served('/chatroom/get.json', { chatroomId: 'made-effect' });
      expect(room).toMatchObject({ memberCount: 3, ban: true, destroyType: 1, destroyTime: 10_080 });
      const found = await new Promise((resolve) => {
        void players[0]?.engine.getChatRoomEntry('made-effect', 'key', { onSuccess: resolve, onError: resolve });
      });
      expect(found).toEqual(new Map([['key', 'value']]));
    },
  },
];

const notified: readonly Effect[] = [
  {
    what: 'members are notified of entries, of a recall and of the end of the room',
    run: async (stage, api) => {
      const room = { chatroomId: 'notified-effect' };
      const [player] = await enter(stage, api, room, ['notified-1']);
      const seen = new EventLog<readonly unknown[]>();
      player?.engine.setOnChatRoomEntriesChangedListener((type, id, entries) =>
        seen.add(['entries', type, id, [...entries]]),
      );
      player?.engine.setOnRemoteMessageRecalledListener(({ messageUId }) => seen.add(['recalled', messageUId]));
      player?.engine.setOnChatRoomStatusChangedListener((id, status) => seen.add(['status', id, status]));
      const entry = { ...room, userId: 'app', key: 'key' };
      await api.served('/chatroom/entry/set.json', { ...entry, value: 'value' });
      await api.served('/chatroom/entry/remove.json', entry);
      const sent = { fromUserId: 'app', toChatroomId: 'notified-effect', ...says('to be recalled') };
      const { messageUIDs } = await api.served('/message/chatroom/publish.json', sent);
      const messageUID = (messageUIDs as { messageUID: string }[])[0]?.messageUID ?? '';
      await player?.events.until('the message', (event) => event.kind === 'message');
      const recall = { fromUserId: 'app', conversationType: '4', targetId: 'notified-effect', messageUID };
      await api.served('/message/recall.json', recall);
      await seen.until('the recall', ([what]) => what === 'recalled');
      await api.served('/chatroom/destroy.json', room);
      await seen.until('the end', ([what]) => what === 'status');
      expect(seen.all).toEqual([
        ['entries', 0, 'notified-effect', [['key', 'value']]],
        ['entries', 1, 'notified-effect', [['key', 'value']]],
        ['recalled', messageUID],
        ['status', 'notified-effect', 1],
      ]);
    },
  },
  {
    what: 'members are notified of a block only when the call asks for it',
    run: async (stage, api) => {
      const [player] = await enter(stage, api, { chatroomId: 'notice-effect' }, ['notice-1', 'notice-2']);
      const seen = new EventLog<unknown>();
      player?.engine.setOnChatRoomNotifyBlockListener((event) => seen.add(event));
      const block = { chatroomId: 'notice-effect', userId: 'notice-2', minute: '2' };
      await api.served('/chatroom/user/block/add.json', { ...block, needNotify: 'false', extra: 'quiet' });
      await api.served('/chatroom/user/block/add.json', { ...block, needNotify: 'true', extra: 'loud' });
      expect(await seen.until('the notice', () => true)).toMatchObject({
        chatroomId: 'notice-effect',
        operateType: 1,
        durationTime: 120_000,
        userIdList: ['notice-2'],
        extra: 'loud',
      });
    },
  },
];

const tokens: readonly Effect[] = [
  {
    what: 'tokens before a time are revoked, only those of the user, and not by a refused call',
    run: async (stage, api) => {
      const { appServer, stack } = stage;
      const connect = async (userId: string, token: string): Promise<number> => {
        const player = new Player({ server: stack.webSocketUrl, userId, token });
        const code = await player.connect();
        if (code === 0) await stage.disconnect(player);
        await player.end();
        return code;
      };
      const [old, other] = [await appServer.token('ending'), await appServer.token('staying')];
      expect((await api.call('/user/token/expire.json', { userId: 'ending', time: 'now' })).status).toBe(400);
      expect(await connect('ending', old)).toBe(0);
      await api.served('/user/token/expire.json', { userId: 'ending', time: `${Date.now() + 1}` });
      expect(await connect('ending', old)).toBe(TOKEN_EXPIRED);
      expect(await connect('staying', other)).toBe(0);
      await expect.poll(async () => connect('ending', await appServer.token('ending'))).toBe(0);
    },
  },
];

const partly: readonly Effect[] = [
  {
    what: 'a message to an existing and a missing room reports where it was sent',
    run: async (stage, api) => {
      const [player] = await enter(stage, api, { chatroomId: 'part-effect' }, ['part-1']);
      const form = { fromUserId: 'app', toChatroomId: ['part-effect', 'part-nowhere'], ...says('to some') };
      const answer = await api.call('/message/chatroom/publish.json', form);
      const messageUIDs = [{ chatroomId: 'part-effect', messageUID: expect.stringMatching(/./) }];
      expect(answer).toMatchObject({ status: 400, body: { code: 1002, messageUIDs } });
      await player?.events.until('it', (event) => event.kind === 'message' && event.text === 'to some');
    },
  },
  {
    what: 'entries beyond the hundredth are refused, and the answer says which were set',
    run: async (_stage, api) => {
      const chatroomId = 'full-effect';
      await api.served('/chatroom/create_new.json', { chatroomId });
      const set = (names: readonly string[]) =>
        api.call('/chatroom/entry/batch/set.json', {
          ...{ chatroomId, entryOwnerId: 'app' },
          entryInfo: JSON.stringify(Object.fromEntries(names.map((name) => [name, 'value']))),
        });
      const ten = (prefix: string) => Array.from({ length: 10 }, (_, index) => `${prefix}-${index}`);
      for (let batch = 1; batch <= 9; batch += 1) expect((await set(ten(`k${batch}`))).status).toBe(200);
      expect((await set(['last'])).status).toBe(200);
      const { status, body } = await set(ten('beyond'));
      expect({ status, code: body.code }).toEqual({ status: 400, code: 1002 });
      const { keys } = await api.served('/chatroom/entry/query.json', { chatroomId });
      const names = (keys as { key: string }[]).map(({ key }) => key);
      expect(names.length).toBeLessThanOrEqual(100);
      expect(body.done).toEqual(ten('beyond').filter((name) => names.includes(name)));
    },
  },
];

/** The effects of calls that connected users see. */
export const effects: readonly Effect[] = [...mutes, ...notified, ...tokens, ...partly];
