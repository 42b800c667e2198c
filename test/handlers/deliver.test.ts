import { expect, test } from 'vitest';
import { deliverHandler } from '../../lib/handlers/deliver.ts';
import { watchHandler } from '../../lib/handlers/watch.ts';
import type { LeaseLeft, StreamRecord } from '../../lib/store/room-store.ts';
import type { DeliveryJob } from '../../lib/usecases/steps/delivery-job.ts';
import { createDeliveryStage } from '../usecases/delivery-stage.ts';

test('a job of another version is reported, and does not come again', async () => {
  const { deps, world } = createDeliveryStage();
  const handler = deliverHandler(() => deps, deps.now);
  await handler({ kind: 'other' } as unknown as DeliveryJob, { getRemainingTimeInMillis: () => 60_000 });
  expect(world.faults).toHaveLength(1);
});

test('the deps of a run get its start as their time', async () => {
  const { deps } = createDeliveryStage();
  const times: number[] = [];
  const depsAt = (atMs: number) => {
    times.push(atMs);
    return deps;
  };
  const job = { kind: 'evict', room: 'none', epoch: 'e', cursor: '' } as unknown as DeliveryJob;
  await deliverHandler(depsAt, () => 7)(job, { getRemainingTimeInMillis: () => 60_000 });
  expect(times).toEqual([7]);
});

test('records without a lease cost nothing: not even the deps are made', async () => {
  const handler = watchHandler(
    () => {
      throw new Error('unable to make the deps; nobody needs them');
    },
    () => 7,
    (): LeaseLeft | undefined => undefined,
  );
  await expect(handler({ Records: [{} as StreamRecord] })).resolves.toBeUndefined();
});
