import type { DeploymentSettings } from '../../lib/domain/settings.ts';
import type { AppServer } from './app-server.ts';
import type { Player } from './player.ts';

/** A deployment as the plays see it. */
export interface PlayStage {
  readonly appServer: Pick<AppServer, 'call' | 'isMember'>;
  /** What the deployment's settings make of the rules. */
  readonly rules: Pick<DeploymentSettings, 'offlineGraceMs' | 'offlineMessageLimit' | 'notifyMemberChanges'>;
  /** Connects a user with the SDK. */
  player(userId: string): Promise<Player>;
  /** Takes the network from a player; resolves when the server has noticed it. */
  disconnect(player: Player): Promise<void>;
}
