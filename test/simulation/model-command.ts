/*
 * Models one command to the product and to the reference model alike: it does both, then compares all that can be read.
 * Clock: none. Chance: none.
 */

import type fc from 'fast-check';
import { expect } from 'vitest';
import type { Product } from './modelled-product.ts';
import type { ReferenceModel } from './reference-model.ts';
import type { Answer, Connection, Room } from './reference-state.ts';

export const USERS = ['ann', 'bob', 'eve'] as const;
export const ROOMS = ['A', 'B'] as const;
export const DEVICES = ['phone', 'laptop'] as const;
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

export type Outcome = readonly [expected: Answer | undefined, seen: Answer | undefined] | undefined;
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

/** Those that apply, one after the other, so that a run gets far with few commands. */
export const inTurn = (...commands: readonly Command[]) =>
  new Command(commands.join('; '), async (scene) => {
    for (const command of commands) if (command.check(scene)) await command.run(scene);
    return undefined;
  });

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
