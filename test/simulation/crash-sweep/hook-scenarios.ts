/* The scenarios of the crash sweep in which the app's hook takes its time. Clock and chance: none. */

import {
  type Act,
  after,
  blocks,
  connects,
  creates,
  destroys,
  disconnectsForGood,
  joins,
  leaves,
  losesNetwork,
  mutes,
  publishes,
  repeats,
  sends,
  sendsLong,
  type TimedAct,
} from '../schedule/acts.ts';
import { atOnce, BOB_IN_ANN_AWAY, inOrder, inRoom, scenario, TWO_USERS } from './make-scenario.ts';
import type { Scenario } from './scenario.ts';

const HOOKED = {
  ...TWO_USERS,
  forMs: 8_000,
  settings: { acceptIfHookFails: false },
  ruling: { pauseMs: 2_000, verdict: 'accepted' },
} as const;
const REFUSING = { ...HOOKED, ruling: { pauseMs: 2_000, verdict: 'refused' } } as const;
const FAILING = { ...HOOKED, settings: {}, ruling: { pauseMs: 5_000, verdict: 'failed' } } as const;

/** A bot sends, and while the hook is asked this happens. */
const asBotSends = (bot: number, ...acts: readonly Act[]): readonly TimedAct[] => [
  ...atOnce(sends(bot, 'r1')),
  ...acts.map((act) => after(400, act)),
];
const meanwhile = (...acts: readonly Act[]): readonly TimedAct[] => asBotSends(0, ...acts);

export const hooked: readonly Scenario[] = [
  scenario('hook: a send', inRoom(0, 1), atOnce(sends(0, 'r1')), HOOKED),
  scenario('hook: a send of much', inRoom(0, 1), atOnce(sendsLong(0, 'r1')), HOOKED),
  scenario('hook: a send is refused', BOB_IN_ANN_AWAY, atOnce(sends(1, 'r1')), REFUSING),
  scenario('hook: fails, and the send passes', inRoom(0, 1), atOnce(sends(0, 'r1')), FAILING),
  scenario('hook: a send and its repeat', inRoom(0, 1), [...atOnce(sends(0, 'r1')), after(10_500, repeats(0))], HOOKED),
  scenario('hook: two sends at once', inRoom(0, 1), atOnce(sends(0, 'r1'), sends(1, 'r1')), HOOKED),
  scenario('hook: a leave while it is asked', inRoom(0, 1), meanwhile(leaves(0, 'r1')), HOOKED),
  scenario(
    'hook: a leave and a join while it is asked',
    inRoom(0, 1),
    meanwhile(leaves(0, 'r1'), joins(0, 'r1')),
    HOOKED,
  ),
  scenario('hook: a block while it is asked', inRoom(0, 1), meanwhile(blocks('r1', 'ann')), HOOKED),
  scenario('hook: a mute while it is asked', inRoom(0, 1), meanwhile(mutes('r1', true)), HOOKED),
  scenario('hook: a destruction while it is asked', inRoom(0, 1), meanwhile(destroys('r1')), HOOKED),
  scenario(
    'hook: the room is destroyed and created while it is asked',
    inRoom(0, 1),
    meanwhile(destroys('r1'), creates('r1'), joins(1, 'r1')),
    HOOKED,
  ),
  scenario(
    'hook: the sender is evicted while it is asked',
    inRoom(0, 1),
    meanwhile(disconnectsForGood(0), publishes('r1', 4)),
    HOOKED,
  ),
  scenario(
    'hook: the sender is evicted and returns while it is asked',
    inRoom(0, 1),
    meanwhile(losesNetwork(0), publishes('r1', 4), connects(0)),
    HOOKED,
  ),
  scenario(
    'hook: the message over the limit waits for it',
    [...BOB_IN_ANN_AWAY, ...inOrder(publishes('r1', 2))],
    asBotSends(1, connects(0)),
    HOOKED,
  ),
];
