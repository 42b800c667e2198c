/*
 * Models what happens in a run: clients, app servers, time and the sweep.
 * Clock: those of the two sides, which only these commands move. Chance: fast-check chooses the commands.
 */

import fc from 'fast-check';
import {
  beat,
  connect,
  disconnect,
  join,
  lateEvent,
  leave,
  loses,
  resume,
  send,
  sendAgain,
} from './client-commands.ts';
import { Command, DEVICES, inTurn, ROOMS, type Scene, type Slot, USERS } from './model-command.ts';
import type { Product } from './modelled-product.ts';
import { allow, disallow, exempt, ofRoom, ofUser, publish, realTime, restrictions } from './server-commands.ts';

export const pass = (durationMs: number) =>
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
const room = fc.constantFrom('A', 'A', 'A', 'B');
const inRoom = fc.tuple(slot, room);
const passing = fc.constantFrom(0, 1, 29_999, 30_000, 30_001, 54_999, 55_000, 170_000, 300_000);
const shortly = fc.constantFrom(0, 1, 29_999, 30_000, 30_001, 55_000);
const loss = fc.constantFrom('lost', 'gone');
const switched = fc.constantFrom('0', '1', 'default');
const oneOrBurst = fc.constantFrom(1, 1, 1, 29, 30, 31);
const times = (count: number, chosen: fc.Arbitrary<Command>) => Array.from({ length: count }, () => chosen);

const backInRoom = fc.constantFrom(resume, join, leave, (at: Slot, name: string) => send(at, name, 1));
const absence = fc
  .tuple(inRoom, shortly, user, oneOrBurst, backInRoom)
  .map(([[at, name], durationMs, as, count, back]) =>
    inTurn(
      ...[disconnect(at), pass(durationMs), publish(name, as, count), connect(at), back(at, name)],
      ...[publish(name, as, 1), join(at, name)],
    ),
  );
const bothDevices = fc
  .tuple(user, room)
  .map(([as, name]) => inTurn(...DEVICES.flatMap((device) => [connect([as, device]), join([as, device], name)])));
const allowlisted = fc
  .tuple(user, room, oneOrBurst, shortly)
  .map(([as, name, count, durationMs]) =>
    inTurn(allow(as, name), pass(durationMs), publish(name, as, count), disallow(as, name)),
  );

const restriction = fc
  .tuple(inRoom, fc.nat(4), fc.boolean(), fc.constantFrom(0, 59_999, 60_000))
  .map(([[at, name], nth, isExempt, durationMs]) =>
    inTurn(
      ...restrictions(at[0], name).slice(nth, nth + 1),
      ...(isExempt ? [exempt(at[0], name)] : []),
      pass(durationMs),
      ...[send(at, name, 1), connect(at), join(at, name), send(at, name, 1)],
    ),
  );
const silence = fc
  .tuple(inRoom, loss, fc.boolean(), fc.constantFrom(54_999, 55_000, 170_000, 300_000))
  .map(([[at, name], how, isAllowed, durationMs]) =>
    inTurn(
      ...(isAllowed ? [allow(at[0], name)] : []),
      ...[realTime(name, '1'), loses(at, how), passBeating(durationMs), sweep(), passBeating(55_000), sweep()],
    ),
  );

/** What is there three times is chosen three times as often. */
const kinds: readonly fc.Arbitrary<Command>[] = [
  ...times(3, slot.map(connect)),
  ...times(3, slot.map(disconnect)),
  ...times(
    1,
    fc.tuple(slot, loss).map(([at, how]) => loses(at, how)),
  ),
  ...times(1, slot.map(lateEvent)),
  ...times(
    4,
    inRoom.map(([at, name]) => join(at, name)),
  ),
  ...times(
    2,
    inRoom.map(([at, name]) => resume(at, name)),
  ),
  ...times(
    1,
    inRoom.map(([at, name]) => leave(at, name)),
  ),
  ...times(
    2,
    fc.tuple(inRoom, fc.constantFrom(1, 1, 1, 5, 6)).map(([[at, name], count]) => send(at, name, count)),
  ),
  ...times(
    1,
    inRoom.map(([at, name]) => sendAgain(at, name)),
  ),
  ...times(1, slot.map(beat)),
  ...times(
    3,
    fc.tuple(room, user, oneOrBurst).map(([name, as, count]) => publish(name, as, count)),
  ),
  ...times(
    3,
    fc.tuple(user, room).chain(([as, name]) => fc.constantFrom(...ofUser(as, name))),
  ),
  ...times(
    1,
    room.chain((name) => fc.constantFrom(...ofRoom(name))),
  ),
  ...times(
    1,
    fc.tuple(room, switched).map(([name, value]) => realTime(name, value)),
  ),
  ...times(2, absence),
  ...times(2, bothDevices),
  ...times(1, allowlisted),
  ...times(2, restriction),
  ...times(1, silence),
  ...times(2, passing.map(pass)),
  ...times(2, passing.map(passBeating)),
  ...times(2, fc.constant(0).map(sweep)),
];

/** Up to 120, half as many on average; a few of them do not apply when their turn is there. */
export const commands = () => fc.commands<Scene, Product, false>([...kinds], { maxCommands: 120, size: 'max' });
