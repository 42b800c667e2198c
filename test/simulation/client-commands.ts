/*
 * Models what clients do, as commands to the product and the model.
 * Clock: none. Chance: none.
 */

import { expect } from 'vitest';
import { Command, type Outcome, type Scene, type Slot } from './model-command.ts';
import type { Answer, Connection } from './reference-state.ts';

const latest = ({ model }: Scene, [user, device]: Slot): Connection | undefined =>
  model.connections.findLast((each) => each.user === user && each.device === device);
/** A connection whose client may still talk: it does not know yet that the server has closed it. */
const talking = (scene: Scene, slot: Slot): Connection | undefined => {
  const connection = latest(scene, slot);
  return connection?.client === 'there' ? connection : undefined;
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

export const loses = (slot: Slot, how: 'noticed' | 'lost' | 'gone') =>
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
export const lateEvent = (slot: Slot) =>
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
export const resume = (slot: Slot, room: string) =>
  over(
    slot,
    `resumes ${room}`,
    async (scene, connection) => {
      const membership = scene.joined.get(`${slot.join('.')} ${room}`);
      const expected = scene.model.join(connection, room, membership);
      const seen = await scene.product.join(connection, room, membership);
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
const answersToSend = async ({ model, product }: Scene, connection: Connection, room: string, id: string) => {
  const expected = model.send(connection, room, id);
  return [expected, await product.send(connection, room, id)] as const;
};
export const send = (slot: Slot, room: string, count: number) =>
  over(slot, count === 1 ? `sends to ${room}` : `sends ${count} to ${room}`, async (scene, connection) => {
    for (let nth = 0; nth < count; nth += 1) {
      const id = nextId(scene, slot[0], nth);
      const [expected, seen] = await answersToSend(scene, connection, room, id);
      expect(seen, `the answer to send ${nth}`).toEqual(expected);
    }
    return undefined;
  });
export const sendAgain = (slot: Slot, room: string) =>
  over(
    slot,
    `sends its last message to ${room} again`,
    (scene, connection) => answersToSend(scene, connection, room, scene.lastId.get(slot[0]) ?? ''),
    ({ lastId }) => lastId.has(slot[0]),
  );
export const beat = (slot: Slot) =>
  over(slot, 'sends a heartbeat', async ({ model, product }, connection) => {
    model.hears(connection);
    await product.beat(connection);
    return undefined;
  });
