/* The scenarios of the crash sweep about the delivery of messages. Clock and chance: none. */

import {
  after,
  blocks,
  creates,
  destroys,
  joins,
  leaves,
  publishes,
  recallsLast,
  repeats,
  sends,
  sendsLong,
} from '../schedule/acts.ts';
import { atOnce, BOB_IN_ANN_AWAY, inOrder, inRoom, scenario, TWO_USERS } from './make-scenario.ts';
import type { Scenario } from './scenario.ts';

/** Long enough for a dead delivery to be noticed without any further message. */
const WATCHED = { ...TWO_USERS, forMs: 30_000 } as const;
const CROWDED = { ...WATCHED, otherRows: 130 } as const;
/** The first message is delivered in line, the second one waits for the window. */
const IN_WINDOW = [...atOnce(publishes('r1')), after(60, publishes('r1'))];

export const deliveries: readonly Scenario[] = [
  scenario('delivery: in line', inRoom(0, 1), atOnce(sends(0, 'r1')), WATCHED),
  scenario('delivery: in line, of a message in a row of its own', inRoom(0, 1), atOnce(sendsLong(0, 'r1')), WATCHED),
  scenario('delivery: in a crowded room', inRoom(0, 1), atOnce(sends(0, 'r1')), CROWDED),
  scenario('delivery: two messages, one of them in a window', inRoom(0), IN_WINDOW, WATCHED),
  scenario(
    'delivery: several messages in a window, some in rows of their own',
    inRoom(0, 1),
    [
      ...atOnce(publishes('r1')),
      ...[sendsLong(0, 'r1'), sends(1, 'r1'), sendsLong(1, 'r1')].map((act) => after(20, act)),
    ],
    WATCHED,
  ),
  scenario('delivery: the tail moves to the log', inRoom(0), atOnce(publishes('r1', 13)), WATCHED),
  scenario(
    'delivery: a run hands over to the next one',
    inRoom(0),
    [...atOnce(publishes('r1')), ...[60, 300, 300].map((afterMs) => after(afterMs, publishes('r1')))],
    { ...WATCHED, deliverRunMs: 10_250 },
  ),
  scenario('delivery: a recall while a window waits', inRoom(0), [...IN_WINDOW, after(40, recallsLast('r1'))], WATCHED),
  scenario(
    'delivery: a destruction while a window waits',
    inRoom(0),
    [...IN_WINDOW, after(60, destroys('r1')), after(60, creates('r1')), after(60, joins(0, 'r1'))],
    WATCHED,
  ),
  scenario(
    'delivery: a block and a leave while a window waits',
    inRoom(0, 1),
    [...IN_WINDOW, after(60, blocks('r1', 'ann')), after(10, leaves(1, 'r1'))],
    WATCHED,
  ),
  scenario(
    'delivery: the message over the limit in a crowded room',
    [...BOB_IN_ANN_AWAY, ...inOrder(publishes('r1', 2))],
    atOnce(sends(1, 'r1')),
    CROWDED,
  ),
  scenario(
    'delivery: a send of much, and its repeat',
    inRoom(0, 1),
    [...atOnce(sendsLong(0, 'r1')), after(10_500, repeats(0))],
    TWO_USERS,
  ),
  scenario(
    'delivery: a send of much, and its repeat when the tail is in the log',
    inRoom(0, 1),
    [...atOnce(sendsLong(0, 'r1')), after(1_000, publishes('r1', 12)), after(10_500, repeats(0))],
    TWO_USERS,
  ),
];
