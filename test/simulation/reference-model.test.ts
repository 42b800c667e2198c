import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callerOf } from '../server-api/api-caller.ts';
import { type StoreUnderTest, useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { emptyDueList } from '../usecases/due-list.ts';
import { connect, disconnect, join, leave } from './client-commands.ts';
import { type Scene, USERS } from './model-command.ts';
import { commands } from './model-commands.ts';
import { createProduct } from './modelled-product.ts';
import { ReferenceModel } from './reference-model.ts';
import type { RuleSettings } from './reference-state.ts';

/** `MODEL_RUNS=1000 MODEL_SEED=7 npx vitest run test/simulation/reference-model` runs more of them, without a limit. */
const { MODEL_RUNS, MODEL_SEED = '20260101' } = process.env;
const RUNS = Number(MODEL_RUNS ?? 25);
/** No run begins after this time. */
const LIMIT_MS = MODEL_RUNS === undefined ? 12_000 : Number.POSITIVE_INFINITY;
/** Each run reads the stream of its table from the start, so a table serves a limited number of them. */
const RUNS_PER_TABLE = 25;
const DAY_MS = 86_400_000;

const settings: fc.Arbitrary<RuleSettings> = fc.record({
  leaveEndsAllDevices: fc.boolean(),
  multipleRooms: fc.boolean(),
  membersOnlySend: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  realTimeKickOut: fc.boolean(),
  maxAllowlistedUsers: fc.constant(1),
});
const defaults = { leaveEndsAllDevices: false, multipleRooms: false, membersOnlySend: true, realTimeKickOut: false };

/** All users are in the room A with their phones. */
async function createScene(under: StoreUnderTest, rules: RuleSettings): Promise<Scene> {
  await emptyDueList(under);
  const world = createWorld(under, { ...rules, destroyAfterMin: 10_080 });
  const product = createProduct(world, callerOf(world.deps));
  const model = new ReferenceModel(rules);
  const scene = { model, product, joined: new Map(), lastId: new Map(), reported: new Set<never>(), commands: 0 };
  for (const user of USERS) {
    for (const command of [connect([user, 'phone']), join([user, 'phone'], 'A')]) await command.run(scene);
  }
  return scene;
}

describe.each(Array.from({ length: Math.ceil(RUNS / RUNS_PER_TABLE) }, (_, index) => index))('table %i', (table) => {
  const store = useStore('dynoxide');

  it(
    'the product does what the reference model says',
    async () => {
      const seed = Number(MODEL_SEED) + table;
      const endMs = Date.now() + LIMIT_MS;
      let [runs, executed] = [0, 0];
      const property = fc.asyncProperty(settings, commands(), async (rules, chosen) => {
        if (Date.now() > endMs) return;
        const scene = await createScene(store(), rules);
        await fc.asyncModelRun(() => ({ model: scene, real: scene.product }), chosen);
        runs += 1;
        executed += scene.commands;
      });
      await fc.assert(property, { numRuns: Math.min(RUNS_PER_TABLE, RUNS - table * RUNS_PER_TABLE), seed });
      console.log(`seed ${seed}: ${runs} runs, ${executed} commands`);
    },
    DAY_MS,
  );
});

describe('where the product differs from the rules', () => {
  const store = useStore('dynoxide');
  const phone = ['ann', 'phone'] as const;
  const laptop = ['ann', 'laptop'] as const;

  /** What a resume of the membership that both devices had is answered. */
  async function resumeAfter(scene: Scene, device: typeof phone | typeof laptop) {
    const connection = scene.model.connections.findLast((each) => each.device === device[1] && each.user === 'ann');
    if (connection === undefined) throw new Error('unable to resume; the device has no connection');
    return scene.product.join(connection, 'A', scene.joined.get(`${device.join('.')} A`));
  }

  it.fails('I-M10: ann.phone leaves A, the answer is lost, ann.phone resumes A: `left`, but the answer says `offline`', async () => {
    const scene = await createScene(store(), { ...defaults, maxAllowlistedUsers: 1 });
    await leave(phone, 'A').run(scene);
    expect(await resumeAfter(scene, phone)).toEqual({ code: 23406, reason: 'left' });
  });

  it.fails('I-M10, leaveEndsAllDevices: ann.laptop joins A and disconnects, ann.phone leaves A, ann.laptop connects and resumes A: `left`, but the answer says `offline`, after which a client joins again without its app', async () => {
    const scene = await createScene(store(), { ...defaults, leaveEndsAllDevices: true, maxAllowlistedUsers: 1 });
    const before = [connect(laptop), join(laptop, 'A'), disconnect(laptop), leave(phone, 'A'), connect(laptop)];
    for (const command of before) await command.run(scene);
    expect(await resumeAfter(scene, laptop)).toEqual({ code: 23406, reason: 'left' });
  });
});
