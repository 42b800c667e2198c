import * as can from './menu.ts';
import type { Scene } from './system.ts';
import { replaced } from './world.ts';
import { blocked, empty, offline, online, twoDevices, withMember, withOpen } from './worlds.ts';

const ANN = 0;
/** Ann is offline and does not return. */
const silent = withMember(empty, { lost: [0] });

/** What may happen in each scene, in any order and interleaved in every way. */
const all: readonly Omit<Scene, 'isSmall'>[] = [
  {
    name: 'a reconnect',
    world: online,
    items: [can.lose(0), can.closeEvent(0, 2), can.connect(1), can.join(1), can.message(2), can.checkMember(ANN)],
    ...{ total: 7, atOnce: 3 },
  },
  {
    name: 'a resume',
    world: offline,
    items: [
      can.join(1, 2),
      can.lose(1),
      can.closeEvent(1),
      can.message(2),
      can.tick(),
      can.checkMember(ANN),
      can.leave(1),
      can.stream(),
      can.say(1),
    ],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'a first join',
    world: empty,
    items: [can.connect(0), can.lose(0), can.closeEvent(0, 2), can.join(0, 2), can.leave(0), can.sweep(0)],
    ...{ total: 6, atOnce: 3 },
  },
  {
    name: 'two devices',
    world: twoDevices,
    items: [
      can.lose(0),
      can.lose(2),
      can.closeEvent(0),
      can.closeEvent(2),
      can.leave(0),
      can.leave(2),
      can.message(2),
      can.tick(),
      can.checkMember(ANN),
    ],
    ...{ total: 6, atOnce: 3 },
  },
  {
    name: 'a late event',
    world: {
      ...offline,
      sockets: replaced(offline.sockets, 0, { is: 'down', membership: 0, silent: false, events: 1 }),
    },
    items: [can.closeEvent(0), can.join(1), can.message(2)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'a send and a resume',
    world: withOpen(withOpen(withMember(empty, { lost: [0, 2] }), 1), 2),
    items: [can.join(1), can.say(2), can.message(2)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'two devices lost',
    world: twoDevices,
    items: [can.lose(0), can.lose(2), can.closeEvent(0), can.closeEvent(2), can.message(2)],
    ...{ total: 6, atOnce: 3 },
  },
  {
    name: 'a leave and a lost device',
    world: twoDevices,
    items: [can.leave(0), can.lose(2), can.closeEvent(2), can.message(2)],
    ...{ total: 5, atOnce: 3 },
  },
  {
    name: 'a return after the end',
    world: withOpen(offline, 2),
    items: [can.message(2), can.join(2), can.join(1), can.say(1)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'a join and a leave at once',
    world: online,
    items: [can.atOnce(can.leave(0)), can.atOnce(can.join(0, 2)), can.lose(0), can.closeEvent(0)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'two first joins',
    world: withOpen(withOpen(empty, 0), 2),
    items: [can.join(0), can.join(2), can.destroy()],
    ...{ total: 3, atOnce: 3 },
  },
  {
    name: 'two devices return',
    world: withOpen(withOpen(withMember(empty, { lost: [0, 2] }), 1), 2),
    items: [can.join(1), can.join(2), can.message(2), can.lose(1), can.closeEvent(1)],
    ...{ total: 5, atOnce: 3 },
  },
  {
    name: 'a block',
    world: withOpen(online, 2),
    items: [can.block(ANN), can.unblock(ANN), can.join(0), can.join(2), can.leave(0), can.say(0), can.stream(2)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'an allowlisting',
    world: silent,
    items: [can.allow(ANN), can.disallow(ANN), can.message(3), can.tick(), can.checkMember(ANN)],
    ...{ total: 6, atOnce: 3 },
  },
  {
    name: 'the end of a block',
    world: blocked,
    items: [can.unblock(ANN, 2), can.block(ANN), can.join(0, 2), can.leave(0)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'a resume and a delisting',
    world: offline,
    items: [can.join(1), can.message(1), can.tick(), can.allow(ANN), can.disallow(ANN)],
    ...{ total: 5, atOnce: 3 },
  },
  {
    name: 'calls at once',
    world: silent,
    items: [can.allow(ANN), can.disallow(ANN), can.block(ANN), can.message(1), can.tick(), can.checkMember(ANN)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'the real-time service',
    world: { ...offline, realTime: true },
    items: [
      can.allow(ANN),
      can.join(1),
      can.tick(2),
      can.checkMember(ANN, 2),
      can.lose(1),
      can.closeEvent(1),
      can.message(1),
    ],
    ...{ total: 5, atOnce: 3 },
  },
  {
    name: 'a room created again',
    world: withOpen(online, 2),
    items: [can.destroy(2), can.join(2), can.join(0)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'calls to a former room',
    world: withOpen(online, 2),
    items: [can.destroy(), can.join(2), can.block(ANN), can.allow(ANN), can.message(1)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'frames to a former room',
    world: withOpen(online, 2),
    items: [can.destroy(), can.join(2), can.say(0), can.leave(0), can.lose(0), can.closeEvent(0)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'messages in a queue',
    world: { ...silent, room: { ...silent.room, limit: 3 } },
    items: [can.message(3), can.tick(), can.allow(ANN)],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'an idle room',
    world: { ...withOpen(empty, 0), lastUse: 0 },
    items: [
      can.tick(1, ['join', 'enter', 'write', 'check']),
      can.expire(2),
      can.join(0),
      can.message(1),
      can.destroy(),
    ],
    ...{ total: 5, atOnce: 3 },
  },
  {
    name: 'a repeated send',
    world: online,
    items: [
      can.say(0, 3, 'hello'),
      can.message(1),
      can.block(ANN),
      can.tick(1, ['send', 'accept', 'resume by', 'unmark']),
    ],
    ...{ total: 4, atOnce: 3 },
  },
  {
    name: 'two senders',
    world: withMember(online, { connected: [3] }),
    items: [can.say(0), can.say(3), can.message(1), can.block(ANN), can.tick(), can.lose(0), can.closeEvent(0)],
    ...{ total: 5, atOnce: 3 },
  },
  {
    name: 'a lease',
    world: online,
    items: [can.silence(0), can.beat(0), can.sweep(0, 2), can.lose(0), can.message(2), can.connect(1), can.join(1)],
    ...{ total: 6, atOnce: 3 },
  },
  {
    name: 'a query',
    world: offline,
    items: [can.query(ANN), can.message(2), can.join(1), can.tick(), can.checkMember(ANN)],
    ...{ total: 5, atOnce: 3 },
  },
];

/** More than 25,000 states. */
const LARGE = new Set(
  `a reconnect|two devices|two devices return|a block|an allowlisting|the real-time service|a room created again|calls to a former room|frames to a former room|two senders|a lease|a query|a return after the end|two first joins|a resume and a delisting`.split(
    '|',
  ),
);
export const scenes: readonly Scene[] = all.map((scene) => ({ ...scene, isSmall: !LARGE.has(scene.name) }));
