/*
 * Models what happens to the product and to the reference model alike: each command does both, then compares all.
 * Clock: those of the two, which only `pass` and `sweep` move. Chance: fast-check chooses the commands.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import type { Product } from './modelled-product.ts';
import type { ReferenceModel } from './reference-model.ts';
import type { Answer, Connection, Room } from './reference-state.ts';

export const USERS = ['ann', 'bob', 'eve'] as const;
export const ROOMS = ['A', 'B'] as const;
const DEVICES = ['phone', 'laptop'] as const;
export type Slot = readonly [(typeof USERS)[number], (typeof DEVICES)[number]];

/** Both sides, and what the clients know. */
export interface Scene {
  readonly model: ReferenceModel;
  readonly product: Product;
  /** The membership that a device joined last, by device and room. */
  readonly joined: Map<string, number>;
  /** The client message id that a user has used last. */
  readonly lastId: Map<string, string>;
  /** Connections whose `$disconnect` has arrived. */
  readonly reported: Set<Connection>;
  commands: number;
}

type Outcome = readonly [expected: Answer | undefined, seen: Answer | undefined] | undefined;
type Act = (scene: Scene) => Promise<Outcome>;

export class Command implements fc.AsyncCommand<Scene, Product> {
  readonly #story: string;
  readonly #act: Act;
  readonly #may: (scene: Scene) => boolean;

  constructor(story: string, act: Act, may: (scene: Scene) => boolean = () => true) {
    this.#story = story;
    this.#act = act;
    this.#may = may;
  }

  check(scene: Readonly<Scene>): boolean {
    return this.#may(scene);
  }

  async run(scene: Scene): Promise<void> {
    scene.commands += 1;
    const [expected, seen] = (await this.#act(scene)) ?? [];
    await scene.product.settle();
    const where = `after ${this.#story}`;
    expect(seen, `the answer ${where}`).toEqual(expected);
    expect(await seenOf(scene), where).toEqual(expectedOf(scene));
  }

  toString(): string {
    return this.#story;
  }
}

const byText = (one: string, other: string) => (one < other ? -1 : Number(one > other));
const heardOf = ({ model, product }: Scene, read: (connection: Connection, product: Product) => readonly string[]) =>
  model.connections
    .map((connection) => [connection, [...read(connection, product)].sort(byText)] as const)
    .filter(([{ client }, notices]) => client === 'there' && notices.length > 0)
    .map(([{ id, user, device }, notices]) => [`${id} ${user}.${device}`, notices] as const);

function expectedOf(scene: Scene) {
  const { rooms } = scene.model;
  const members = (room: Room | undefined) =>
    USERS.filter((user) => room !== undefined && scene.model.memberOf(room, user) !== undefined);
  return {
    rooms: ROOMS.map((name) => {
      const inside = members(rooms.get(name));
      return { exist: inside, list: inside, total: inside.length, count: rooms.has(name) ? inside.length : undefined };
    }),
    notices: heardOf(scene, ({ notices }) => notices.splice(0)),
  };
}

async function seenOf(scene: Scene) {
  return {
    rooms: await Promise.all(ROOMS.map((name) => scene.product.read(name, USERS))),
    notices: heardOf(scene, (connection, product) => product.notices(connection)),
  };
}

const latest = ({ model }: Scene, [user, device]: Slot): Connection | undefined =>
  model.connections.findLast((each) => each.user === user && each.device === device);
/** A connection whose client may still talk: it does not know yet that it was force-closed. */
const talking = (scene: Scene, slot: Slot): Connection | undefined => {
  const connection = latest(scene, slot);
  return connection?.client === 'there' && connection.state !== 'closed' ? connection : undefined;
};

/** What the device at that slot does over its connection, where it has one. */
const over = (slot: Slot, what: string, act: (scene: Scene, connection: Connection) => Promise<Outcome>, may = isAny) =>
  new Command(
    `${slot.join('.')} ${what}`,
    async (scene) => {
      const connection = talking(scene, slot);
      return connection && act(scene, connection);
    },
    (scene) => {
      const connection = talking(scene, slot);
      return connection !== undefined && may(scene, connection);
    },
  );
const isAny = (_scene: Scene, _connection: Connection) => true;
const isOpen = (_scene: Scene, { state }: Connection) => state === 'open';

export const connect = (slot: Slot) =>
  new Command(
    `${slot.join('.')} connects`,
    async ({ model, product }) => {
      const connection = model.connect(...slot);
      if (connection !== undefined) await product.connect(connection);
      else expect(await product.mayConnect(...slot), 'connecting while blocked everywhere').toBe(false);
      return undefined;
    },
    (scene) => {
      const connection = latest(scene, slot);
      return connection?.client !== 'there' || connection.state !== 'open';
    },
  );

const loses = (slot: Slot, how: 'noticed' | 'lost' | 'gone') =>
  over(
    slot,
    how === 'noticed' ? 'disconnects' : `loses its connection, ${how}, without an event`,
    async ({ model, product, reported }, connection) => {
      connection.client = how === 'gone' ? 'gone' : 'lost';
      if (how === 'gone') product.becomeGone(connection);
      if (how !== 'noticed') return undefined;
      reported.add(connection);
      model.lose(connection, 'closed');
      await product.drop(connection);
      return undefined;
    },
    isOpen,
  );

export const disconnect = (slot: Slot) => loses(slot, 'noticed');

const unreported = ({ model, reported }: Scene, [user, device]: Slot) =>
  model.connections.find(
    (each) => each.user === user && each.device === device && each.client !== 'there' && !reported.has(each),
  );
const lateEvent = (slot: Slot) =>
  new Command(
    `the late $disconnect of ${slot.join('.')} arrives`,
    async (scene) => {
      const connection = unreported(scene, slot);
      if (connection === undefined) return undefined;
      scene.reported.add(connection);
      scene.model.lose(connection, 'closed');
      await scene.product.drop(connection);
      return undefined;
    },
    (scene) => unreported(scene, slot) !== undefined,
  );

const keep = (scene: Scene, { user, device }: Connection, room: string, { membership }: Answer) => {
  if (membership !== undefined) scene.joined.set(`${user}.${device} ${room}`, membership);
};
export const join = (slot: Slot, room: string) =>
  over(slot, `joins ${room}`, async (scene, connection) => {
    const expected = scene.model.join(connection, room);
    keep(scene, connection, room, expected);
    return [expected, await scene.product.join(connection, room)];
  });
const resume = (slot: Slot, room: string) =>
  over(
    slot,
    `resumes ${room}`,
    async (scene, connection) => {
      const membership = scene.joined.get(`${slot.join('.')} ${room}`);
      const expected = scene.model.join(connection, room, membership);
      const seen = await scene.product.join(connection, room, membership);
      // The product does not remember a leave: `reference-model.test.ts` has the stories.
      if (expected.reason === 'left' && seen.reason === 'offline') return undefined;
      return [expected, seen];
    },
    (scene, connection) => scene.joined.has(`${slot.join('.')} ${room}`) && scene.model.mayResumeIn(connection, room),
  );
export const leave = (slot: Slot, room: string) =>
  over(slot, `leaves ${room}`, async ({ model, product }, connection) => [
    model.leave(connection, room),
    await product.leave(connection, room),
  ]);

const nextId = ({ lastId, commands }: Scene, user: string, nth: number) => {
  const id = `${user}-${commands}-${nth}`;
  lastId.set(user, id);
  return id;
};
const send = (slot: Slot, room: string, count: number) =>
  over(slot, count === 1 ? `sends to ${room}` : `sends ${count} to ${room}`, async (scene, connection) => {
    for (let nth = 0; nth < count; nth += 1) {
      const id = nextId(scene, slot[0], nth);
      const expected = scene.model.send(connection, room, id);
      expect(await scene.product.send(connection, room, id), `the answer to send ${nth}`).toEqual(expected);
    }
    return undefined;
  });
const sendAgain = (slot: Slot, room: string) =>
  over(
    slot,
    `sends its last message to ${room} again`,
    async ({ model, product, lastId }, connection) => {
      const id = lastId.get(slot[0]) ?? '';
      return [model.send(connection, room, id), await product.send(connection, room, id)];
    },
    ({ lastId }) => lastId.has(slot[0]),
  );
const beat = (slot: Slot) =>
  over(slot, 'sends a heartbeat', async ({ model, product }, connection) => {
    model.hears(connection);
    await product.beat(connection);
    return undefined;
  });

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

const ofUser = (user: string, room: string): readonly Command[] => {
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
const ofRoom = (room: string): readonly Command[] => [
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
const realTime = (room: string, value: '0' | '1' | 'default') =>
  inRoom(
    `the API sets real time to ${value}`,
    '/chatroom/realtime/set.json',
    room,
    () => ({ realTime: value }),
    (at, m) => void m.setRealTime(at, value === 'default' ? undefined : value === '1'),
  );

const publish = (room: string, user: string, count: number) =>
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

const pass = (durationMs: number) =>
  new Command(`${durationMs} ms pass`, async ({ model, product }) => {
    model.nowMs += durationMs;
    product.pass(durationMs);
    return undefined;
  });
/** Clients that are there send their heartbeats. */
const passBeating = (durationMs: number) =>
  new Command(`${durationMs} ms pass with heartbeats`, async ({ model, product }) => {
    for (let leftMs = durationMs; leftMs > 0; leftMs -= 100_000) {
      const stepMs = Math.min(leftMs, 100_000);
      model.nowMs += stepMs;
      product.pass(stepMs);
      for (const connection of model.connections.filter((each) => each.client === 'there' && each.state === 'open')) {
        model.hears(connection);
        await product.beat(connection);
      }
    }
    return undefined;
  });
const sweep = () =>
  new Command(
    '5000 ms pass and a sweep runs',
    async ({ model, product }) => {
      model.nowMs += 5000;
      product.pass(5000);
      await product.sweep();
      const after = new Map<string, readonly string[]>();
      for (const room of ROOMS) after.set(room, (await product.read(room, USERS)).exist);
      model.sweep(({ name }, user) => after.get(name)?.includes(user) === true);
      return undefined;
    },
    // A lease that ends in these 5 s may be found or not.
    ({ model }) =>
      model.connections.every(
        ({ state, leaseUntilMs }) =>
          state !== 'open' || leaseUntilMs <= model.nowMs || leaseUntilMs > model.nowMs + 5000,
      ),
  );

const slot = fc.tuple(fc.constantFrom(...USERS), fc.constantFrom(...DEVICES));
const user = fc.constantFrom(...USERS);
const room = fc.oneof({ weight: 3, arbitrary: fc.constant('A') }, { weight: 1, arbitrary: fc.constant('B') });
const passing = fc.constantFrom(0, 1, 29_999, 30_000, 30_001, 170_000, 300_000);
const times = <T>(count: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T>[] =>
  Array.from({ length: count }, () => arbitrary);

/** Half as many on average, of which some do not apply. */
export const commands = (): fc.Arbitrary<Iterable<fc.AsyncCommand<Scene, Product, false>>> =>
  fc.commands(
    [
      ...times(3, slot.map(connect)),
      ...times(3, slot.map(disconnect)),
      slot.chain((at) => fc.constantFrom('lost' as const, 'gone' as const).map((how) => loses(at, how))),
      slot.map(lateEvent),
      ...times(
        4,
        fc.tuple(slot, room).map(([at, name]) => join(at, name)),
      ),
      ...times(
        2,
        fc.tuple(slot, room).map(([at, name]) => resume(at, name)),
      ),
      fc.tuple(slot, room).map(([at, name]) => leave(at, name)),
      ...times(
        2,
        fc.tuple(slot, room, fc.constantFrom(1, 1, 1, 6)).map(([at, name, count]) => send(at, name, count)),
      ),
      fc.tuple(slot, room).map(([at, name]) => sendAgain(at, name)),
      slot.map(beat),
      ...times(
        3,
        fc.tuple(room, user, fc.constantFrom(1, 1, 1, 29, 30, 31)).map(([name, as, count]) => publish(name, as, count)),
      ),
      ...times(
        3,
        fc.tuple(user, room, fc.nat(11)).map(([as, name, nth]) => ofUser(as, name)[nth] ?? sweep()),
      ),
      fc.tuple(room, fc.nat(3)).map(([name, nth]) => ofRoom(name)[nth] ?? sweep()),
      fc
        .tuple(room, fc.constantFrom('0' as const, '1' as const, 'default' as const))
        .map(([name, value]) => realTime(name, value)),
      ...times(2, passing.map(pass)),
      ...times(2, passing.map(passBeating)),
      ...times(2, fc.constant(undefined).map(sweep)),
    ],
    { maxCommands: 120, size: 'max' },
  ) as fc.Arbitrary<Iterable<fc.AsyncCommand<Scene, Product, false>>>;
