import fc from 'fast-check';
import { describe, test } from 'vitest';
import { callerOf } from '../server-api/api-caller.ts';
import { type StoreUnderTest, useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { emptyDueList } from '../usecases/due-list.ts';
import { type Command, commands, connect, join, type Scene, USERS } from './model-commands.ts';
import { createProduct } from './modelled-product.ts';
import { ReferenceModel } from './reference-model.ts';
import type { RuleSettings } from './reference-state.ts';

const RUNS = Number(process.env.MODEL_RUNS ?? 8);
const SEED = Number(process.env.MODEL_SEED ?? 20_260_101);
/** The stream of a table is read from its start by each run, so a table serves a limited number of them. */
const RUNS_PER_TABLE = 25;

const settings: fc.Arbitrary<RuleSettings> = fc.record({
  leaveEndsAllDevices: fc.boolean(),
  multipleRooms: fc.boolean(),
  membersOnlySend: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  realTimeKickOut: fc.boolean(),
  maxAllowlistedUsers: fc.constant(1),
});

/** All users are in a room with their phones. */
async function createScene(under: StoreUnderTest, rules: RuleSettings): Promise<Scene> {
  await emptyDueList(under);
  const world = createWorld(under, { ...rules, destroyAfterMin: 10_080 });
  const product = createProduct(world, callerOf(world.deps));
  const model = new ReferenceModel(rules);
  const scene = { model, product, joined: new Map(), lastId: new Map(), reported: new Set(), commands: 0 } as Scene;
  for (const user of USERS) {
    for (const command of [connect([user, 'phone']), join([user, 'phone'], 'A')]) await command.run(scene);
  }
  return scene;
}

let executed = 0;

describe.each(Array.from({ length: Math.ceil(RUNS / RUNS_PER_TABLE) }, (_, index) => index))('table %i', (nth) => {
  const store = useStore('dynoxide');

  test(
    'the product does what the reference model says',
    async () => {
      const seed = SEED + nth;
      const numRuns = Math.min(RUNS_PER_TABLE, RUNS - nth * RUNS_PER_TABLE);
      await fc.assert(
        fc.asyncProperty(settings, commands(), async (rules, chosen) => {
          const scene = await createScene(store(), rules);
          await fc.asyncModelRun(() => ({ model: scene, real: scene.product }), chosen as Iterable<Command>);
          executed += scene.commands;
        }),
        { numRuns, seed },
      );
      console.log(`seed ${seed}, ${numRuns} runs, ${executed} commands so far`);
    },
    24 * 3_600_000,
  );
});
