import { RCIMIWConnectionStatus } from '../../lib/client/index.ts';
import type { TestingOptions } from '../../lib/local/testing/testing.ts';
import { type LocalDeployment, type StartLocalOptions, startLocal } from '../start-local.ts';
import { AppServer } from './app-server.ts';
import { EventLog } from './event-log.ts';
import { Player, type Told } from './player.ts';

/** The running deployment with its players; all that the plays need. */
export interface Stage {
  readonly stack: LocalDeployment;
  readonly appServer: AppServer;
  /** Connects a user with the SDK. */
  player(userId: string): Promise<Player>;
  /** Cuts the network of a player; resolves when the server has noticed it. */
  cut(player: Player): Promise<void>;
  close(): Promise<void>;
}

const isConnected = (told: Told): boolean => told.kind === 'status' && told.status === RCIMIWConnectionStatus.CONNECTED;

/** Starts the deployment as `npm start` does, on free ports. */
export async function openStage(
  options: Pick<StartLocalOptions, 'settings' | 'log'> & Pick<TestingOptions, 'schedules'>,
): Promise<Stage> {
  const { schedules, settings, log } = options;
  const drops = new EventLog<number>();
  const stack = await startLocal({
    settings,
    log,
    port: 0,
    step: () => {},
    testing: {
      schedules,
      disconnectDelivery: async (deliver) => {
        await deliver();
        drops.add(drops.entries.length + 1);
      },
    },
  });
  const appServer = new AppServer(stack);
  const players: Player[] = [];
  return {
    stack,
    appServer,
    player: async (userId) => {
      const player = new Player({ server: stack.webSocketUrl, userId, token: await appServer.token(userId) });
      players.push(player);
      const code = await player.connect();
      if (code !== 0) throw new Error(`unable to connect ${userId}; code ${code}`);
      return player;
    },
    cut: async (player) => {
      const seen = drops.entries.length;
      player.cut();
      await drops.until(`that the server notices the drop of ${player.userId}`, (count) => count > seen);
    },
    close: async () => {
      for (const player of players) await player.end();
      // The functions must not be ended while they are told of the ends.
      const connected = players.flatMap((player) => player.told.entries).filter(isConnected).length;
      if (connected > 0) await drops.until('the end of all connections', (count) => count >= connected);
      await stack.close();
    },
  };
}
