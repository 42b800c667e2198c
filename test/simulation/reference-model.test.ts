import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callerOf } from '../server-api/api-caller.ts';
import { createWorld } from '../support/world.ts';
import { connect, disconnect, join, leave, send } from './client-commands.ts';
import { createMemoryStore } from './memory-store.ts';
import { inTurn, type Scene, type Slot, USERS } from './model-command.ts';
import { commands, pass } from './model-commands.ts';
import { createProduct } from './modelled-product.ts';
import { ReferenceModel } from './reference-model.ts';
import type { Connection, RuleSettings } from './reference-state.ts';
import { blockAndUnblock, muteRoom } from './server-commands.ts';

/** `MODEL_RUNS=10000 MODEL_SEED=7 npx vitest run test/simulation/reference-model` runs more of them. */
const { MODEL_RUNS = '40', MODEL_SEED = '20260101' } = process.env;
const DAY_MS = 86_400_000;

const settings: fc.Arbitrary<RuleSettings> = fc.record({
  leaveEndsAllDevices: fc.boolean(),
  multipleRooms: fc.boolean(),
  membersOnlySend: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  realTimeKickOut: fc.boolean(),
  maxAllowlistedUsers: fc.constant(1),
});
const defaults = {
  leaveEndsAllDevices: false,
  multipleRooms: false,
  membersOnlySend: true,
  realTimeKickOut: false,
  maxAllowlistedUsers: 1,
};

/** All users are in the room A with their phones. */
async function createScene(rules: RuleSettings): Promise<Scene> {
  const world = createWorld(createMemoryStore(), { ...rules, destroyAfterMin: 10_080 });
  const product = createProduct(world, callerOf(world.deps));
  const model = new ReferenceModel(rules);
  const scene = { model, product, joined: new Map(), lastId: new Map(), reported: new Set<never>(), commands: 0 };
  for (const user of USERS) {
    for (const command of [connect([user, 'phone']), join([user, 'phone'], 'A')]) await command.run(scene);
  }
  return scene;
}

it(
  'the product does what the reference model says',
  async () => {
    let executed = 0;
    const property = fc.asyncProperty(settings, commands(), async (rules, chosen) => {
      const scene = await createScene(rules);
      await fc.asyncModelRun(() => ({ model: scene, real: scene.product }), chosen);
      executed += scene.commands;
    });
    await fc.assert(property, { numRuns: Number(MODEL_RUNS), seed: Number(MODEL_SEED) });
    console.log(`${MODEL_RUNS} runs with the seed ${MODEL_SEED}: ${executed} commands`);
  },
  DAY_MS,
);

const phone = ['ann', 'phone'] as const;
const laptop = ['ann', 'laptop'] as const;
const both = [connect(laptop), join(laptop, 'A')];
const scene = (change: Partial<RuleSettings> = {}) => createScene({ ...defaults, ...change });

function latest({ model }: Scene, [user, device]: Slot): Connection {
  const connection = model.connections.findLast((each) => each.device === device && each.user === user);
  if (connection === undefined) throw new Error('unable to go on; the device has no connection');
  return connection;
}

describe('stories that runs have found', () => {
  /** What the device is answered when it resumes the membership that it knows. */
  const resumed = (run: Scene, device: Slot) =>
    run.product.join(latest(run, device), 'A', run.joined.get(`${device.join('.')} A`));

  it('I-M10: the phone leaves, the answer is lost, a resume asks whether it is a member: it has left', async () => {
    const run = await scene();
    await leave(phone, 'A').run(run);
    expect(await resumed(run, phone)).toEqual({ code: 23406, reason: 'left' });
  });

  it('I-M10, leaveEndsAllDevices: the laptop disconnects, the phone leaves, the laptop resumes: it has left', async () => {
    const run = await scene({ leaveEndsAllDevices: true });
    await inTurn(...both, disconnect(laptop), leave(phone, 'A'), connect(laptop)).run(run);
    expect(await resumed(run, laptop)).toEqual({ code: 23406, reason: 'left' });
  });

  it('I-M10: the laptop disconnects, a block comes and ends, the phone joins, the laptop resumes: it was blocked', async () => {
    const run = await scene();
    const between = [disconnect(laptop), ...blockAndUnblock('ann', 'A'), join(phone, 'A'), connect(laptop)];
    await inTurn(...both, ...between).run(run);
    expect(await resumed(run, laptop)).toEqual({ code: 23406, reason: 'blocked' });
  });

  it('I-M18: the phone joins A, a block comes and ends, the laptop joins A, the phone joins B: no `removed` names the membership of the laptop', async () => {
    const run = await scene();
    await inTurn(...blockAndUnblock('ann', 'A'), ...both, join(phone, 'B')).run(run);
    const removals = run.product.framesOf(latest(run, phone)).filter(({ event }) => event === 'removed');
    expect(removals).toMatchObject([{ reason: 'blocked' }]);
  });
});

describe('which refusal is first', () => {
  it('the room is muted and the user has sent five in this second: SEND_TOO_FAST, which costs the least', async () => {
    const run = await scene();
    await inTurn(send(phone, 'A', 5), muteRoom('A')).run(run);
    expect(await run.product.send(latest(run, phone), 'A', 'one-more')).toEqual({ code: 20604 });
    await pass(1_000).run(run);
    expect(await run.product.send(latest(run, phone), 'A', 'one-more')).toEqual({ code: 23408 });
  });
});
