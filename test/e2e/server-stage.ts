import { EventLog } from '../../bin/scenario/event-log.ts';
import { Player } from '../../bin/scenario/player.ts';
import { type LocalDeployment, startLocal } from '../../bin/start-local.ts';
import { ServerApiClient } from './server-api-client.ts';

/** A running deployment, a client of its server API, and users with our SDK. */
export interface ServerStage {
  readonly stack: LocalDeployment;
  readonly api: ServerApiClient;
  /** A user who is connected. */
  player(userId: string): Promise<Player>;
  /** A user with this token, not connected yet. */
  playerWith(userId: string, token: string): Player;
  /** Cuts the network of a player; resolves when the server has noticed it. */
  cut(player: Player): Promise<void>;
  close(): Promise<void>;
}

/** Starts the deployment on free ports; its schedules stand still. */
export async function openServerStage(
  settings: Readonly<Record<string, string | number | boolean>>,
): Promise<ServerStage> {
  const drops = new EventLog<number>();
  const stack = await startLocal({
    ...{ port: 0, settings, schedules: 'manual', log: () => {}, step: () => {} },
    disconnectDelivery: async (deliver) => {
      await deliver();
      drops.add(drops.entries.length + 1);
    },
  });
  const api = new ServerApiClient(stack);
  const players: Player[] = [];
  const playerWith = (userId: string, token: string): Player => {
    const player = new Player({ server: stack.webSocketUrl, userId, token });
    players.push(player);
    return player;
  };
  const until = async (end: () => Promise<void> | void): Promise<void> => {
    const seen = drops.entries.length;
    await end();
    await drops.until('that the server notices the drop', (count) => count > seen);
  };
  return {
    stack,
    api,
    playerWith,
    player: async (userId) => {
      const { token } = await api.served('/user/getToken.json', { userId, name: userId });
      const player = playerWith(userId, String(token));
      const code = await player.connect();
      if (code !== 0) throw new Error(`unable to connect ${userId}; code ${code}`);
      return player;
    },
    cut: (player) => until(() => player.cut()),
    close: async () => {
      for (const player of players) await player.end();
      await stack.close();
    },
  };
}
