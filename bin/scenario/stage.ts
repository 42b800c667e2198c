import { RCIMIWConnectionStatus } from '../../lib/client/index.ts';
import type { TestingOptions } from '../../lib/local/testing/testing.ts';
import { type LocalDeployment, type StartLocalOptions, startLocal } from '../start-local.ts';
import { AppServer } from './app-server.ts';
import { EventLog } from './event-log.ts';
import { type AppEvent, Player } from './player.ts';

/** The running deployment with its players: everything that the plays need. */
export interface Stage {
  readonly stack: LocalDeployment;
  readonly appServer: AppServer;
  /** Connects a user with the SDK. */
  player(userId: string): Promise<Player>;
  /** Takes the network from a player; resolves when the server has noticed it. */
  disconnect(player: Player): Promise<void>;
  close(): Promise<void>;
}

const isConnected = (event: AppEvent): boolean =>
  event.kind === 'status' && event.status === RCIMIWConnectionStatus.CONNECTED;

/** Starts the deployment as `npm start` does, on free ports. */
export async function openStage(
  options: Pick<StartLocalOptions, 'settings' | 'log'> & Pick<TestingOptions, 'schedules'>,
): Promise<Stage> {
  const { schedules, settings, log } = options;
  const disconnects = new EventLog<number>();
  const stack = await startLocal({
    settings,
    log,
    port: 0,
    step: () => {},
    testing: {
      schedules,
      disconnectDelivery: async (deliver) => {
        await deliver();
        disconnects.add(disconnects.all.length + 1);
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
    disconnect: async (player) => {
      const seen = disconnects.all.length;
      player.loseNetwork();
      await disconnects.until(`that the server notices the disconnect of ${player.userId}`, (count) => count > seen);
    },
    close: async () => {
      for (const player of players) await player.end();
      // The functions must not be stopped before they have handled the disconnects.
      const connected = players.flatMap((player) => player.events.all).filter(isConnected).length;
      if (connected > 0) await disconnects.until('the end of all connections', (count) => count >= connected);
      await stack.close();
    },
  };
}
