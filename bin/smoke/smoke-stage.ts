import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from '../deployment/target.ts';
import type { PlayStage } from '../scenario/play-stage.ts';
import { Player } from '../scenario/player.ts';
import type { Names } from './names.ts';
import { StrongAppServer } from './strong-app-server.ts';

/** A deployment anywhere, with players of its own. */
export interface SmokeStage extends PlayStage {
  /** Throws if the deployment does not answer or refuses the signature; creates nothing. */
  checkServer(): Promise<void>;
  /** Closes the connections, destroys the rooms, deletes the users; throws with the names of what may be left. */
  cleanUp(): Promise<void>;
}

const [POLL_MS, NOTICED_WITHIN_MS] = [250, 60_000];
/** The Lambda closes the connection first and marks the member offline right after; no call shows the mark. */
const MARKED_WITHIN_MS = 2_000;
const CLEANUP_TRIES = 3;

/** Opens the stage; nothing is created before the first player. */
export function openSmokeStage(target: Target, names: Names, rules: PlayStage['rules']): SmokeStage {
  const appServer = new StrongAppServer(target);
  const players: Player[] = [];
  const closing = new AbortController();
  return {
    checkServer: async () => {
      await appServer.isOnline(names.prefix);
    },
    appServer: {
      call: (path, parameters) => {
        closing.signal.throwIfAborted();
        return appServer.call(path, parameters);
      },
      isMember: (room, userId) => appServer.isMember(room, userId),
    },
    rules,
    player: async (name) => {
      closing.signal.throwIfAborted();
      const userId = names.user(name);
      const token = await appServer.token(userId);
      closing.signal.throwIfAborted();
      const player = new Player({ server: target.webSocketUrl, userId, token });
      players.push(player);
      const code = await player.connect();
      if (code !== 0) throw new Error(`unable to connect ${userId} to ${target.webSocketUrl}; code ${code}`);
      return player;
    },
    disconnect: async (player) => {
      player.loseNetwork();
      await untilOffline(appServer, player.userId);
    },
    cleanUp: async () => {
      closing.abort();
      await Promise.all(players.map((player) => player.end()));
      await cleanUp(appServer, names);
    },
  };
}

async function untilOffline(appServer: StrongAppServer, userId: string): Promise<void> {
  const stopMs = Date.now() + NOTICED_WITHIN_MS;
  while (await appServer.isOnline(userId)) {
    if (Date.now() > stopMs) {
      throw new Error(
        `unable to see that ${userId} is offline; after ${NOTICED_WITHIN_MS / 1000} s they still count as online`,
      );
    }
    await wait(POLL_MS);
  }
  await wait(MARKED_WITHIN_MS);
}

/** A join that was under way may create a room again, so the rooms are looked for afterwards. */
async function cleanUp(appServer: StrongAppServer, names: Names): Promise<void> {
  const rooms = names.rooms.map((room) => ['chatroomId', room] as const);
  const users = names.users.map((user) => ['userId', user] as const);
  try {
    if (users.length > 0) await appServer.callAll('/user/delusers.json', users);
    for (let left = rooms, tried = 0; left.length > 0; tried += 1) {
      if (tried === CLEANUP_TRIES) throw new Error('they are created again and again');
      await appServer.callAll('/chatroom/destroy.json', left);
      const { chatRooms } = await appServer.callAll('/chatroom/query.json', left);
      left = (chatRooms as readonly { chrmId: string }[]).map(({ chrmId }) => ['chatroomId', chrmId] as const);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`unable to clean up; rooms and users whose names begin with ${names.prefix} may be left: ${why}`);
  }
}
