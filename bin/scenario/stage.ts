import { RCIMIWConnectionStatus } from '../../lib/client/index.ts';
import { readSettings } from '../../lib/infra/settings.ts';
import type { TestingOptions } from '../../lib/local/testing/testing.ts';
import { type LocalDeployment, type StartLocalOptions, startLocal } from '../start-local.ts';
import { AppServer } from './app-server.ts';
import { EventLog } from './event-log.ts';
import type { PlayStage } from './play-stage.ts';
import { type AppEvent, Player } from './player.ts';

/** The deployment that runs on this machine, with its players. */
export interface Stage extends PlayStage {
  readonly stack: LocalDeployment;
  readonly appServer: AppServer;
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
    rules: readSettings(settings),
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
