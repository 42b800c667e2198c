/* A named course of events, in which each call that leaves a process is made to fail. Clock and chance: none. */

import type { Settings } from '../../../lib/domain/settings.ts';
import type { TimedAct } from '../schedule/acts.ts';
import type { Ruling } from '../schedule/hook.ts';

export interface Scenario {
  readonly name: string;
  readonly settings: Partial<Settings>;
  readonly users: readonly string[];
  /**
   * Bot 0 is the first device of the first user, bot 1 that user's next device where there are two, and so on.
   * With `refuseSecondLogin` a user's devices are of one platform.
   */
  readonly devicesPerUser: 1 | 2;
  readonly rooms: readonly string[];
  /** Nothing fails in these, and all that they cause is done before the others begin. */
  readonly before: readonly TimedAct[];
  /** Each call from the first of these acts on may fail. */
  readonly acts: readonly TimedAct[];
  /** How long after the last act calls may still fail, ms. */
  readonly forMs: number;
  /** The `$disconnect` of sockets that are closed by the client, ms after it; none = it is lost. */
  readonly disconnects: readonly number[];
  /** Rows of users who are no members, which each room has besides: enough of them make it crowded. */
  readonly otherRows: number;
  /** How long a run that delivers may take before it is killed, ms: it hands over 10 s before that. */
  readonly deliverRunMs: number;
  /** What the app's hook does with each question; undefined = there is none. */
  readonly ruling: Ruling | undefined;
}
