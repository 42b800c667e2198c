/*
 * Models a world whose Lambdas that deliver run only when the test runs their jobs. Clock: the world's, which pauses move
 * on. Chance: none.
 */

import type { Settings } from '../../lib/domain/settings.ts';
import { deliverHandler } from '../../lib/handlers/deliver.ts';
import type { RingResult } from '../../lib/push/doorbell.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { type Publication, publishMessage } from '../../lib/usecases/publish-message.ts';
import type { DeliveryJob } from '../../lib/usecases/steps/delivery-job.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld } from '../support/world.ts';

/** More would never come to an end. */
const RUNS_MAX = 50;
/** How long a run of the Lambda may take, ms. */
const RUN_MS = 300_000;

export function createDeliveryStage(change: Partial<Settings> = {}) {
  const memory = createMemoryStore();
  const world = createWorld(memory, change);
  const jobs: DeliveryJob[] = [];
  /** What happens during the next pauses, one each. */
  const duringPauses: (() => unknown)[] = [];
  const pauses: number[] = [];
  let rings: RingResult = 'rung';
  const deps: Deps = {
    ...world.deps,
    doorbell: {
      ring: async (job) => {
        if (rings === 'rung') jobs.push(job as DeliveryJob);
        return rings;
      },
    },
    sleep: async (pauseMs) => {
      pauses.push(pauseMs);
      world.pass(pauseMs);
      await duringPauses.shift()?.();
    },
  };
  const run = async (job: DeliveryJob, changed: Partial<Deps> = {}, remainingMs: number = RUN_MS): Promise<void> => {
    const handler = deliverHandler(() => ({ ...deps, ...changed }), deps.now);
    await handler(job, { getRemainingTimeInMillis: () => remainingMs });
  };
  const publish = async (publication: Partial<Publication> = {}, changed: Partial<Deps> = {}) =>
    servedValue(
      await publishMessage(
        { ...deps, ...changed },
        {
          ...{ room: world.room, fromUserId: 'system', type: 'RC:TxtMsg', content: '{}' },
          ...{ includeSender: true, rank: 'normal', isKept: true },
          ...publication,
        },
      ),
    );
  const messagesOf = (connectionId: string) =>
    world.push
      .framesOf(connectionId)
      .flatMap((frame) => (frame.event === 'messages' ? frame.messages : []))
      .map(({ seq, content }) => [seq, content] as const);
  return {
    ...{ world, memory, deps, jobs, pauses, duringPauses, run, publish, messagesOf },
    /** Runs the oldest job, and those that it leaves, to the end of all. */
    runAll: async (changed: Partial<Deps> = {}): Promise<void> => {
      let runs = 0;
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        runs += 1;
        if (runs > RUNS_MAX) throw new Error('unable to run all jobs; there is always another one');
        await run(job, changed);
      }
    },
    seqsOf: (connectionId: string) => messagesOf(connectionId).map(([seq]) => seq),
    room: async () => {
      const room = await deps.store.getRoom(world.room);
      if (room === undefined) throw new Error('unable to read the room; there is none');
      return room;
    },
    /** From now on no Lambda can be started, or all can. */
    answerRings: (answer: RingResult) => {
      rings = answer;
    },
  };
}

export type DeliveryStage = ReturnType<typeof createDeliveryStage>;
