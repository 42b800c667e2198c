import { expect } from 'vitest';
import { Player } from '../../bin/scenario/player.ts';
import type { Stage } from '../../bin/scenario/stage.ts';
import type { ServerApiClient } from '../e2e/server-api-client.ts';
import type { Effect } from './reference-effects.ts';

const TOKEN_EXPIRED = 31020;
const CANCELLED = 31029;

/** The code that a new connection with this token gets. */
async function connect(stage: Stage, userId: string, token: string): Promise<number> {
  const player = new Player({ server: stage.stack.webSocketUrl, userId, token });
  const code = await player.connect();
  if (code === 0) await stage.disconnect(player);
  await player.end();
  return code;
}

const blockedOn = async (api: ServerApiClient, page: number, size: number): Promise<readonly string[]> => {
  const { users } = await api.served('/user/block/query.json', { page: `${page}`, size: `${size}` });
  return (users as { userId: string }[]).map(({ userId }) => userId);
};

/** The effects of calls about users that connected users and paging apps see. */
export const accountEffects: readonly Effect[] = [
  {
    what: 'a loop over the blocked users ends, and has each of them once, the longest blocked first',
    run: async (_stage, api) => {
      const userIds = Array.from({ length: 7 }, (_, index) => `looped-${index}`);
      for (const [index, userId] of userIds.entries()) {
        await api.served('/user/block.json', { userId, minute: `${1000 + index}` });
      }
      const found: string[] = [];
      for (let page = 1; ; page += 1) {
        const users = await blockedOn(api, page, 3);
        if (users.length === 0) break;
        found.push(...users);
        // Unblocks a user who was already listed.
        await api.served('/user/unblock.json', { userId: users[0] ?? '' });
      }
      expect(found.filter((userId) => userId.startsWith('looped'))).toEqual(userIds.toReversed());
      await api.served('/user/unblock.json', { userId: userIds });
    },
  },
  {
    what: 'a deactivated user gets the code for it, and reconnects with a new token after the reactivation',
    run: async (stage, api) => {
      const { appServer } = stage;
      const old = await appServer.token('cancelled');
      await api.served('/user/deactivate.json', { userId: 'cancelled' });
      expect(await connect(stage, 'cancelled', old)).toBe(CANCELLED);
      await api.served('/user/reactivate.json', { userId: 'cancelled' });
      expect(await connect(stage, 'cancelled', old)).toBe(TOKEN_EXPIRED);
      await expect.poll(async () => connect(stage, 'cancelled', await appServer.token('cancelled'))).toBe(0);
    },
  },
  {
    what: 'a deleted user is removed from the room, and their tokens are revoked',
    run: async (stage, api) => {
      const { appServer } = stage;
      const old = await appServer.token('deleted');
      await api.served('/chatroom/create_new.json', { chatroomId: 'deletion-effect' });
      const player = await stage.player('deleted');
      expect(await player.join('deletion-effect')).toBe(0);
      await api.served('/user/delusers.json', { userId: 'deleted' });
      const of = { chatroomId: 'deletion-effect', userId: 'deleted' };
      expect(await api.served('/chatroom/user/exist.json', of)).toMatchObject({ isInChrm: false });
      expect(await connect(stage, 'deleted', old)).toBe(TOKEN_EXPIRED);
      expect(await api.call('/user/info.json', { userId: 'deleted' })).toMatchObject({ status: 400 });
      await expect.poll(async () => connect(stage, 'deleted', await appServer.token('deleted'))).toBe(0);
    },
  },
];
