/*
 * Models what app servers do, as commands to the product and the model.
 * Clock: none. Chance: none.
 */

import { expect } from 'vitest';
import { Command } from './model-command.ts';
import type { Product } from './modelled-product.ts';
import type { ReferenceModel } from './reference-model.ts';
import type { Room } from './reference-state.ts';

/** A call of the server API. */
const call = (
  story: string,
  path: string,
  form: (product: Product) => Parameters<Product['call']>[1],
  expected: (model: ReferenceModel) => number,
) =>
  new Command(story, async ({ model, product }) => [
    { code: expected(model) },
    await product.call(path, form(product)),
  ]);
const inRoom = (
  story: string,
  path: string,
  room: string,
  more: (product: Product) => Record<string, string | number>,
  change: (room: Room, model: ReferenceModel) => number | undefined,
  absent = 1002,
) =>
  call(
    `${story} in ${room}`,
    path,
    (product) => ({ chatroomId: product.full(room), ...more(product) }),
    (model) => {
      const found = model.rooms.get(room);
      return found === undefined ? absent : (change(found, model) ?? 200);
    },
  );
const minute = 1;
const minuteMs = 60_000;

export const ofUser = (user: string, room: string): readonly Command[] => {
  const of = (product: Product) => ({ userId: product.full(user) });
  const timed = (product: Product) => ({ ...of(product), minute });
  const everywhere = (
    what: string,
    path: string,
    isTimed: boolean,
    change: (model: ReferenceModel) => unknown,
  ): Command =>
    call(`the API ${what} ${user} everywhere`, path, isTimed ? timed : of, (model) => {
      change(model);
      return 200;
    });
  const here = (what: string, path: string, isTimed: boolean, change: Parameters<typeof inRoom>[4], absent = 1002) =>
    inRoom(`the API ${what} ${user}`, path, room, isTimed ? timed : of, change, absent);
  return [
    here('blocks', '/chatroom/user/block/add.json', true, (at, model) => void model.block(at, user)),
    here('unblocks', '/chatroom/user/block/rollback.json', false, (at) => void at.blocked.delete(user), 200),
    here('allows', '/chatroom/user/whitelist/add.json', false, (at, model) => (model.allow(at, user) ? 200 : 1002)),
    here('disallows', '/chatroom/user/whitelist/remove.json', false, (at, m) => void m.disallow(at, user), 200),
    here('mutes', '/chatroom/user/gag/add.json', true, (at, m) => void at.muted.set(user, m.nowMs + minuteMs)),
    here('unmutes', '/chatroom/user/gag/rollback.json', false, (at) => void at.muted.delete(user), 200),
    here('exempts', '/chatroom/user/ban/whitelist/add.json', false, (at) => void at.muteExempt.add(user)),
    here(
      'ends the exemption of',
      '/chatroom/user/ban/whitelist/rollback.json',
      false,
      (at) => {
        at.muteExempt.delete(user);
        return undefined;
      },
      200,
    ),
    everywhere('blocks', '/user/block.json', true, (model) => model.blockEverywhere(user)),
    everywhere('unblocks', '/user/unblock.json', false, (model) => model.blocked.delete(user)),
    everywhere('mutes', '/chatroom/user/ban/add.json', true, (m) => m.muted.set(user, m.nowMs + minuteMs)),
    everywhere('unmutes', '/chatroom/user/ban/remove.json', false, (model) => model.muted.delete(user)),
  ];
};

const none = () => ({});
export const ofRoom = (room: string): readonly Command[] => [
  inRoom('the API mutes all', '/chatroom/ban/add.json', room, none, (at) => {
    at.isMuted = true;
    return undefined;
  }),
  inRoom(
    'the API unmutes all',
    '/chatroom/ban/rollback.json',
    room,
    none,
    (at) => {
      at.isMuted = false;
      return undefined;
    },
    200,
  ),
  inRoom('the API destroys the room', '/chatroom/destroy.json', room, none, (at, m) => void m.destroy(at), 200),
  call(
    `the API creates ${room}`,
    '/chatroom/create_new.json',
    (product) => ({ chatroomId: product.full(room) }),
    (model) => {
      model.create(room);
      return 200;
    },
  ),
];
export const realTime = (room: string, value: '0' | '1' | 'default') =>
  inRoom(
    `the API sets real time to ${value}`,
    '/chatroom/realtime/set.json',
    room,
    () => ({ realTime: value }),
    (at, m) => void m.setRealTime(at, value === 'default' ? undefined : value === '1'),
  );

export const publish = (room: string, user: string, count: number) =>
  new Command(`the API sends ${count} to ${room} as ${user}`, async ({ model, product }) => {
    const message = { fromUserId: product.full(user), objectName: 'RC:TxtMsg', content: '{}', isIncludeSender: 1 };
    for (let nth = 0; nth < count; nth += 1) {
      const at = model.rooms.get(room);
      if (at !== undefined) model.accept(at);
      const answer = await product.call('/message/chatroom/publish.json', {
        ...message,
        toChatroomId: product.full(room),
      });
      expect(answer, `the answer to message ${nth}`).toEqual({ code: at === undefined ? 1002 : 200 });
      if (at === undefined) break;
    }
    return undefined;
  });
