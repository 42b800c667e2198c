/*
 * Models what app servers do, as commands to the product and the model.
 * Clock: none. Chance: none.
 */

import { expect } from 'vitest';
import { Command } from './model-command.ts';
import type { Product } from './modelled-product.ts';
import type { ReferenceModel } from './reference-model.ts';
import type { Room } from './reference-state.ts';

const DONE = 200;
const REFUSED = 1002;
/** How long blocks and mutes last. */
const [MINUTES, MINUTE_MS] = [1, 60_000];

type Values = Readonly<Record<string, string | number>>;
/** What a call does to a room; false: it is refused. */
type Change = (room: Room, model: ReferenceModel) => unknown;

const call = (
  story: string,
  path: string,
  values: (product: Product) => Values,
  codeOf: (model: ReferenceModel) => number,
) =>
  new Command(`the API ${story}`, async ({ model, product }) => [
    { code: codeOf(model) },
    await product.call(path, values(product)),
  ]);

/** A call about a room, and the code where the room does not exist. */
const inRoom = (
  story: string,
  path: string,
  room: string,
  values: (product: Product) => Values,
  change: Change,
  absent: number,
) =>
  call(
    `${story} in ${room}`,
    `/chatroom/${path}.json`,
    (product) => ({ chatroomId: product.full(room), ...values(product) }),
    (model) => {
      const found = model.rooms.get(room);
      if (found === undefined) return absent;
      return change(found, model) === false ? REFUSED : DONE;
    },
  );

/** Sets something for a user: needs the room. */
const sets = (story: string, path: string, user: string, room: string, change: Change, more: Values = {}) =>
  inRoom(`${story} ${user}`, path, room, (product) => ({ userId: product.full(user), ...more }), change, REFUSED);
/** Takes something from a user: where there is no room there is nothing to take. */
const takes = (story: string, path: string, user: string, room: string, change: Change) =>
  inRoom(`${story} ${user}`, path, room, (product) => ({ userId: product.full(user) }), change, DONE);
const everywhere = (
  story: string,
  path: string,
  user: string,
  change: (model: ReferenceModel) => unknown,
  more: Values = {},
) =>
  call(
    `${story} ${user} everywhere`,
    path,
    (product) => ({ userId: product.full(user), ...more }),
    (model) => {
      change(model);
      return DONE;
    },
  );
const timed = { minute: MINUTES };

export const allow = (user: string, room: string) =>
  sets('allows', 'user/whitelist/add', user, room, (at, model) => model.allow(at, user));
export const disallow = (user: string, room: string) =>
  takes('disallows', 'user/whitelist/remove', user, room, (at, model) => model.disallow(at, user));

const block = (user: string, room: string) =>
  sets('blocks', 'user/block/add', user, room, (at, model) => model.block(at, user), timed);
const unblock = (user: string, room: string) =>
  takes('unblocks', 'user/block/rollback', user, room, ({ blocked }) => void blocked.delete(user));
export const blockAndUnblock = (user: string, room: string) => [block(user, room), unblock(user, room)] as const;

const mute = (user: string, room: string) =>
  sets('mutes', 'user/gag/add', user, room, ({ muted }, { nowMs }) => muted.set(user, nowMs + MINUTE_MS), timed);
const blockEverywhere = (user: string) =>
  everywhere('blocks', '/user/block.json', user, (model) => model.blockEverywhere(user), timed);
const muteEverywhere = (user: string) =>
  everywhere(
    'mutes',
    '/chatroom/user/ban/add.json',
    user,
    ({ muted, nowMs }) => muted.set(user, nowMs + MINUTE_MS),
    timed,
  );
export const exempt = (user: string, room: string) =>
  sets('exempts', 'user/ban/whitelist/add', user, room, ({ muteExempt }) => muteExempt.add(user));

export const restrictions = (user: string, room: string): readonly Command[] => [
  block(user, room),
  mute(user, room),
  muteRoom(room),
  blockEverywhere(user),
  muteEverywhere(user),
];

export const ofUser = (user: string, room: string): readonly Command[] => [
  ...restrictions(user, room),
  allow(user, room),
  disallow(user, room),
  unblock(user, room),
  takes('unmutes', 'user/gag/rollback', user, room, ({ muted }) => void muted.delete(user)),
  exempt(user, room),
  takes('ends exempting', 'user/ban/whitelist/rollback', user, room, ({ muteExempt }) => void muteExempt.delete(user)),
  everywhere('unblocks', '/user/unblock.json', user, ({ blocked }) => blocked.delete(user)),
  everywhere('unmutes', '/chatroom/user/ban/remove.json', user, ({ muted }) => muted.delete(user)),
];

const nothing = () => ({});
const setMuted = (isMuted: boolean) => (room: Room) => {
  room.isMuted = isMuted;
};
export const muteRoom = (room: string) => inRoom('mutes all', 'ban/add', room, nothing, setMuted(true), REFUSED);
const destroy = (room: string) =>
  inRoom('destroys everything', 'destroy', room, nothing, (at, model) => model.destroy(at), DONE);
export const ofRoom = (room: string): readonly Command[] => [
  inRoom('unmutes all', 'ban/rollback', room, nothing, setMuted(false), DONE),
  destroy(room),
  call(
    `creates ${room}`,
    '/chatroom/create_new.json',
    (product) => ({ chatroomId: product.full(room) }),
    (model) => {
      model.create(room);
      return DONE;
    },
  ),
];

export const realTime = (room: string, value: '0' | '1' | 'default') =>
  inRoom(
    `sets real time to ${value}`,
    'realtime/set',
    room,
    () => ({ realTime: value }),
    (at, model) => model.setRealTime(at, value === 'default' ? undefined : value === '1'),
    REFUSED,
  );

export const publish = (room: string, user: string, count: number) =>
  new Command(`the API sends ${count} to ${room} as ${user}`, async ({ model, product }) => {
    const message = { fromUserId: product.full(user), objectName: 'RC:TxtMsg', content: '{}', isIncludeSender: 1 };
    const at = model.rooms.get(room);
    for (let nth = 0; nth < (at === undefined ? 1 : count); nth += 1) {
      if (at !== undefined) model.accept(at);
      const path = '/message/chatroom/publish.json';
      const answer = await product.call(path, { ...message, toChatroomId: product.full(room) });
      expect(answer, `the answer to message ${nth}`).toEqual({ code: at === undefined ? REFUSED : DONE });
    }
    return undefined;
  });
