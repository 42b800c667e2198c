/* The scenarios of the crash sweep in which the app wants to know who is online. Clock and chance: none. */

import { after, connects, disconnects, disconnectsForGood, losesNetworkForGood, pings } from '../schedule/acts.ts';
import { atOnce, inOrder, scenario, TWO_DEVICES } from './make-scenario.ts';
import type { Scenario } from './scenario.ts';

const WATCHED = { settings: { presenceDelayMs: 5_000 }, forMs: 70_000 } as const;
/** The webhook has got that they are online. */
const ONLINE = [...inOrder(connects(0)), after(125_000, pings(0))];

export const presences: readonly Scenario[] = [
  scenario('presence: a connect', [], atOnce(connects(0)), WATCHED),
  scenario('presence: a disconnect', ONLINE, atOnce(disconnectsForGood(0)), WATCHED),
  scenario('presence: a disconnect whose event is doubled', ONLINE, atOnce(disconnectsForGood(0)), {
    ...{ ...WATCHED, disconnects: [0, 300] },
  }),
  scenario('presence: a reconnect within the delay', ONLINE, [...atOnce(disconnects(0)), after(1_000, connects(0))], {
    ...WATCHED,
  }),
  scenario(
    'presence: the first of two devices goes',
    [...inOrder(connects(0), connects(1)), after(125_000, pings(1))],
    atOnce(disconnectsForGood(0)),
    { ...TWO_DEVICES, ...WATCHED },
  ),
  scenario('presence: a lease expires', ONLINE, atOnce(losesNetworkForGood(0)), {
    ...{ ...WATCHED, disconnects: [], forMs: 250_000 },
  }),
];
