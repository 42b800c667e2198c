/* The scenarios of the crash sweep: each rule by which membership, blocks and rooms change. Clock and chance: none. */

import {
  after,
  allows,
  asksInfo,
  asksWhetherIn,
  blocks,
  connects,
  creates,
  destroys,
  disallows,
  disconnects,
  disconnectsForGood,
  joins,
  leaves,
  losesNetwork,
  losesNetworkForGood,
  mutes,
  publishes,
  readsMembers,
  repeats,
  sends,
  signals,
  slows,
  switchesRealTime,
  unblocks,
} from '../schedule/acts.ts';
import { deliveries } from './delivery-scenarios.ts';
import { hooked } from './hook-scenarios.ts';
import { AWAY, atOnce, BOB_IN_ANN_AWAY, inOrder, inRoom, scenario, TWO_DEVICES, TWO_USERS } from './make-scenario.ts';
import { presences } from './presence-scenarios.ts';
import type { Scenario } from './scenario.ts';

const ONE_ROOM = { rooms: ['r1', 'r2'], settings: { multipleRooms: false } } as const;
/** Two clients of one platform, of which the first stays. */
const RIVALS = { ...TWO_DEVICES, settings: { oneDevicePerPlatform: true, refuseSecondLogin: true } } as const;
/** Tokens say who their users are. */
const PROFILES = { settings: { memberProfiles: true, notifyMemberChanges: true } } as const;
/** Two sweeps by each of the schedule's rules. */
const SWEPT = { forMs: 125_000 } as const;

/** A client whose request has no answer believes it is still in the room, and resumes. */
const RECONNECT = [after(10_500, disconnects(0)), after(200, connects(0))];

export const scenarios: readonly Scenario[] = [
  ...deliveries,
  ...hooked,
  ...presences,
  scenario('the first join creates the room', inOrder(connects(0)), atOnce(joins(0, 'r1'))),
  scenario(
    'a join of a room with a member',
    [...inRoom(0), ...inOrder(connects(1))],
    atOnce(joins(1, 'r1')),
    TWO_USERS,
  ),
  scenario('a join by a second device', [...inRoom(0), ...inOrder(connects(1))], atOnce(joins(1, 'r1')), TWO_DEVICES),
  scenario('a join of a member', inRoom(0), atOnce(joins(0, 'r1'))),
  scenario('two joins of one connection', inOrder(connects(0)), atOnce(joins(0, 'r1'), joins(0, 'r1'))),
  scenario('a connect', [], atOnce(connects(0))),
  scenario('a connect and a join that does not wait', [], inOrder(connects(0), joins(0, 'r1'))),
  scenario(
    'a join and a leave, with names',
    [...inRoom(0), ...inOrder(connects(1))],
    [...atOnce(joins(1, 'r1')), after(700, leaves(0, 'r1')), after(200, asksInfo(1, 'r1'))],
    { ...TWO_USERS, ...PROFILES },
  ),
  scenario(
    'a resume with another token, with names',
    BOB_IN_ANN_AWAY,
    [...inOrder(connects(0)), after(700, asksInfo(1, 'r1'))],
    {
      ...TWO_USERS,
      ...PROFILES,
    },
  ),
  scenario('a leave', inRoom(0), atOnce(leaves(0, 'r1'))),
  scenario('a leave by one of two devices', inRoom(0, 1), atOnce(leaves(0, 'r1')), TWO_DEVICES),
  scenario('leaves by both devices', inRoom(0, 1), atOnce(leaves(0, 'r1'), leaves(1, 'r1')), TWO_DEVICES),
  scenario('a leave that ends all devices', inRoom(0, 1), atOnce(leaves(0, 'r1')), {
    ...TWO_DEVICES,
    settings: { leaveEndsAllDevices: true },
  }),
  scenario('a leave, then a reconnect', inRoom(0), [...atOnce(leaves(0, 'r1')), ...RECONNECT]),
  scenario('a join of another room, then a reconnect', inRoom(0), [...atOnce(joins(0, 'r2')), ...RECONNECT], ONE_ROOM),
  scenario('a block, then a reconnect', inRoom(0), [...atOnce(blocks('r1', 'ann')), ...RECONNECT]),
  scenario('a leave and a join', inRoom(0), atOnce(leaves(0, 'r1'), joins(0, 'r1'))),
  scenario('a join of another room', inRoom(0), atOnce(joins(0, 'r2')), ONE_ROOM),
  scenario('joins of two rooms', inOrder(connects(0)), atOnce(joins(0, 'r1'), joins(0, 'r2')), ONE_ROOM),
  scenario('a join of another room while a device stays', inRoom(0, 1), atOnce(joins(0, 'r2')), {
    ...ONE_ROOM,
    ...TWO_DEVICES,
  }),
  scenario('a disconnect', inRoom(0), atOnce(disconnectsForGood(0))),
  scenario('a disconnect whose event is doubled', inRoom(0), atOnce(disconnectsForGood(0)), { disconnects: [0, 300] }),
  scenario('a disconnect of one of two devices', inRoom(0, 1), atOnce(disconnectsForGood(0)), TWO_DEVICES),
  scenario('a disconnect during a join', inOrder(connects(0)), atOnce(joins(0, 'r1'), disconnectsForGood(0))),
  scenario('a disconnect during a leave', inRoom(0), atOnce(leaves(0, 'r1'), disconnectsForGood(0))),
  scenario('a disconnect during a send', inRoom(0), atOnce(sends(0, 'r1'), disconnectsForGood(0))),
  scenario('a reconnect that resumes', AWAY, atOnce(connects(0))),
  scenario(
    'a reconnect before the late event of the former connection',
    [...inRoom(0), ...inOrder(losesNetworkForGood(0))],
    atOnce(connects(0)),
    { disconnects: [20_000], forMs: 25_000 },
  ),
  scenario(
    'a resume after the membership ended',
    [...AWAY, ...inOrder(publishes('r1', 4))],
    atOnce(connects(0), publishes('r1')),
  ),
  scenario(
    'a resume during the message that evicts',
    [...AWAY, ...inOrder(publishes('r1', 2))],
    atOnce(connects(0), publishes('r1')),
  ),
  scenario('a resume and a join by another device', AWAY, atOnce(connects(0), connects(1)), TWO_DEVICES),
  scenario('a send', inRoom(0, 1), atOnce(sends(0, 'r1')), TWO_USERS),
  scenario('two sends at once', inRoom(0, 1), atOnce(sends(0, 'r1'), sends(1, 'r1')), TWO_USERS),
  scenario('a send and its repeat', inRoom(0, 1), [...atOnce(sends(0, 'r1')), after(10_500, repeats(0))], TWO_USERS),
  scenario('messages of the app server', inRoom(0), atOnce(publishes('r1', 2))),
  scenario('a message with an offline member', BOB_IN_ANN_AWAY, atOnce(sends(1, 'r1')), TWO_USERS),
  scenario(
    'the message over the limit evicts',
    [...BOB_IN_ANN_AWAY, ...inOrder(publishes('r1', 2))],
    atOnce(sends(1, 'r1')),
    TWO_USERS,
  ),
  scenario(
    'a message after the grace evicts',
    [...BOB_IN_ANN_AWAY, after(31_000, readsMembers('r1'))],
    atOnce(publishes('r1')),
    TWO_USERS,
  ),
  scenario(
    'a message that evicts two',
    [...inRoom(0, 1), ...inOrder(disconnectsForGood(0), disconnectsForGood(1), publishes('r1', 2))],
    atOnce(publishes('r1', 2)),
    TWO_USERS,
  ),
  scenario(
    'messages with an offline allowlisted member',
    [...inRoom(1, 0), ...inOrder(allows('r1', 'ann'), disconnectsForGood(0))],
    atOnce(publishes('r1', 4)),
    TWO_USERS,
  ),
  scenario(
    'the end of the allowlist, then a message',
    [...inRoom(1, 0), ...inOrder(allows('r1', 'ann'), disconnectsForGood(0), publishes('r1', 4))],
    inOrder(disallows('r1', 'ann'), publishes('r1')),
    TWO_USERS,
  ),
  scenario('allowed as the message over the limit comes', AWAY, atOnce(allows('r1', 'ann'), publishes('r1', 3))),
  scenario('a block of a member', inRoom(0, 1), atOnce(blocks('r1', 'ann')), TWO_USERS),
  scenario('a block and a send', inRoom(0, 1), atOnce(blocks('r1', 'ann'), sends(0, 'r1')), TWO_USERS),
  scenario(
    'a block and a join',
    [...inRoom(1), ...inOrder(connects(0))],
    atOnce(blocks('r1', 'ann'), joins(0, 'r1')),
    TWO_USERS,
  ),
  scenario('a block of both devices', inRoom(0, 1), atOnce(blocks('r1', 'ann')), TWO_DEVICES),
  scenario(
    'the end of a block and a join',
    [...inRoom(0), ...inOrder(blocks('r1', 'ann'))],
    inOrder(unblocks('r1', 'ann'), joins(0, 'r1')),
  ),
  scenario(
    'sends by two devices in slow mode',
    [...inRoom(0, 1), ...inOrder(slows('r1', 2))],
    [...atOnce(sends(0, 'r1'), sends(1, 'r1')), after(1_500, sends(0, 'r1')), after(600, sends(1, 'r1'))],
    { ...TWO_DEVICES, forMs: 5_000 },
  ),
  scenario(
    'slow mode and two sends',
    inRoom(0, 1),
    [...atOnce(slows('r1', 2), sends(0, 'r1')), after(300, sends(1, 'r1'))],
    TWO_DEVICES,
  ),
  scenario(
    'a send in slow mode and its repeat',
    [...inRoom(0), ...inOrder(slows('r1', 3_600))],
    [...atOnce(sends(0, 'r1')), after(10_500, repeats(0)), after(200, sends(0, 'r1'))],
  ),
  scenario('a mute and a send', inRoom(0), atOnce(mutes('r1', true), sends(0, 'r1'))),
  scenario('the creation of a room', [], atOnce(creates('r1'))),
  scenario('the destruction of a room', inRoom(0, 1), atOnce(destroys('r1')), TWO_USERS),
  scenario('a room is destroyed and created', inRoom(0), inOrder(destroys('r1'), creates('r1'), joins(0, 'r1'))),
  scenario(
    'a destruction during a join',
    [...inRoom(0), ...inOrder(connects(1))],
    atOnce(destroys('r1'), joins(1, 'r1')),
    {
      ...TWO_USERS,
    },
  ),
  scenario('a destruction during a send', inRoom(0, 1), atOnce(destroys('r1'), sends(0, 'r1')), TWO_USERS),
  scenario('a destruction with an offline member', BOB_IN_ANN_AWAY, atOnce(destroys('r1')), TWO_USERS),
  scenario('a destruction during a disconnect', inRoom(0), atOnce(destroys('r1'), disconnectsForGood(0))),
  scenario(
    'the real-time service is switched on with an offline member',
    BOB_IN_ANN_AWAY,
    inOrder(switchesRealTime('r1', true)),
    { ...TWO_USERS, ...SWEPT },
  ),
  scenario('the sweep evicts', inRoom(0), atOnce(disconnectsForGood(0)), {
    ...SWEPT,
    settings: { realTimeKickOut: true },
  }),
  scenario('the sweep and a reconnect', AWAY, [after(60_000, connects(0))], {
    forMs: 70_000,
    settings: { realTimeKickOut: true },
  }),
  scenario('a lease expires', inRoom(0), atOnce(losesNetworkForGood(0)), { disconnects: [], forMs: 300_000 }),
  scenario('a lease expires in a shard of a former deployment', inRoom(0), atOnce(losesNetworkForGood(0)), {
    ...{ disconnects: [], forMs: 190_000, settings: { sweepShards: 5 } },
  }),
  scenario(
    'the event of a disconnect is lost, and messages come',
    inRoom(0),
    inOrder(losesNetworkForGood(0), publishes('r1', 4)),
    {
      disconnects: [],
    },
  ),
  scenario('a second login on the platform', inRoom(0), atOnce(losesNetwork(0), connects(0)), {
    settings: { oneDevicePerPlatform: true },
  }),
  scenario('two logins at once, where a second one is refused', [], atOnce(connects(0), connects(1)), RIVALS),
  scenario(
    'a login that takes the place of a dead one, where a second one is refused',
    [...inRoom(0), ...inOrder(losesNetworkForGood(0))],
    [after(170_000, connects(1)), after(200, joins(1, 'r1'))],
    RIVALS,
  ),
  scenario('a join of a full room', [...inRoom(0), ...inOrder(connects(1))], atOnce(joins(1, 'r1')), {
    ...TWO_USERS,
    settings: { roomMemberLimit: 1 },
  }),
  scenario(
    'reads during an eviction',
    [...AWAY, ...inOrder(publishes('r1', 2))],
    [...atOnce(publishes('r1'), asksWhetherIn('r1', 'ann'), readsMembers('r1'))],
  ),
  scenario('a signal', inRoom(0, 1), atOnce(signals(0, 'r1')), TWO_USERS),
  scenario(
    'a signal to a member who is gone',
    [...inRoom(0, 1), ...inOrder(losesNetworkForGood(1))],
    atOnce(signals(0, 'r1')),
    {
      ...TWO_USERS,
      disconnects: [],
    },
  ),
  scenario(
    'a signal and the end of a membership',
    inRoom(0, 1),
    atOnce(signals(0, 'r1'), leaves(1, 'r1'), blocks('r1', 'ann')),
    TWO_USERS,
  ),
  scenario(
    'a member asks who is in the room while another one is evicted',
    [...BOB_IN_ANN_AWAY, ...inOrder(publishes('r1', 2))],
    [...atOnce(publishes('r1'), asksInfo(1, 'r1')), after(1_000, asksInfo(1, 'r1'))],
    TWO_USERS,
  ),
];
