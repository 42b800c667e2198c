import { BUCKET_MS, LEASE_MS } from '../../lib/domain/lease.ts';
import { HEARTBEAT_MS } from '../../lib/protocol/limits.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { heartbeat } from '../../lib/usecases/keep-alive.ts';
import { armPresence } from '../../lib/usecases/steps/arm-presence.ts';
import { sweep } from '../../lib/usecases/sweep/sweep.ts';
import type { Units } from '../../test/support/units-meter.ts';
import { withTable } from '../measured-deps.ts';
import { countSizes } from './count-sizes.ts';
import { MeteredRoom } from './metered-room.ts';
import type { RowSizes } from './row-sizes.ts';

/** What an act takes of the table and its index. */
export interface ActUnits {
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** Everything that the model takes from counted calls. */
export interface Counted {
  readonly rows: RowSizes;
  readonly acts: {
    readonly connect: ActUnits;
    readonly join: ActUnits;
    readonly beat: ActUnits;
    /** The sweep finds a connection alive, for the first time: its timer has a row of its own; then it shares one. */
    readonly firstCheck: ActUnits;
    readonly check: ActUnits;
    readonly disconnect: ActUnits;
    readonly resume: ActUnits;
    /** The sweep deletes the row of a connection that was closed. */
    readonly forget: ActUnits;
    /** With `presenceDelayMs`: a connect or an end arms a check, which announces it. */
    readonly presence: ActUnits;
  };
}

/** The timers of so many share rows. */
const SWEPT = 100;
const FORGET_MS = LEASE_MS + 120_000;
const PRESENCE_DELAY_MS = 30_000;

const actOf = ({ writeUnits, readUnits, listReadUnits }: Units, acts = 1): ActUnits => ({
  writeUnits: writeUnits / acts,
  readUnits: (readUnits + listReadUnits) / acts,
});

async function pass(room: MeteredRoom, spanMs: number): Promise<void> {
  room.time.start(room.time.now() + spanMs, async () => {});
  await room.time.run();
}

async function countVisit(
  endpoint: string,
): Promise<Pick<Counted['acts'], 'connect' | 'join' | 'disconnect' | 'resume'>> {
  const room = new MeteredRoom(endpoint, 1);
  await room.create();
  await room.newMember();
  const caller = room.newCaller();
  const connect = actOf(await room.measure(() => room.open(caller)));
  room.take();
  const { resume } = await room.join(caller);
  const join = actOf(room.take());
  const disconnect = actOf(await room.measure(() => room.close(caller)));
  const again = room.newCaller(caller.userId);
  await room.open(again);
  return { connect, join, disconnect, resume: actOf(await room.measure(() => room.join(again, resume))) };
}

async function countIdle(endpoint: string): Promise<Pick<Counted['acts'], 'beat' | 'firstCheck' | 'check' | 'forget'>> {
  const room = new MeteredRoom(endpoint, 2);
  const callers = Array.from({ length: SWEPT }, () => room.newCaller());
  for (const caller of callers) await room.open(caller);
  const first = await countLease(room, callers);
  const { beat, check } = await countLease(room, callers);
  for (const caller of callers) await room.close(caller);
  await pass(room, FORGET_MS);
  const forget = actOf(await room.measure(() => sweep(room.deps, Number.POSITIVE_INFINITY)), SWEPT);
  return { beat, firstCheck: first.check, check, forget };
}

async function countPresence(endpoint: string): Promise<Pick<Counted['acts'], 'presence'>> {
  const room = new MeteredRoom(endpoint, 3, { presenceDelayMs: PRESENCE_DELAY_MS });
  const callers = Array.from({ length: SWEPT }, () => room.newCaller());
  for (const caller of callers) await room.open(caller);
  // Each open has armed it: this is the same row once more, by itself.
  const armed = await room.measure(async () => {
    for (const { userId } of callers) await armPresence(room.deps, userId, room.time.now());
  });
  await pass(room, PRESENCE_DELAY_MS);
  const checked = await room.measure(async () => {
    const { due } = await sweep(room.deps, Number.POSITIVE_INFINITY);
    if (due !== SWEPT) throw new Error(`unable to accept the figures; ${due} of ${SWEPT} were checked`);
  });
  const [arming, checking] = [actOf(armed, SWEPT), actOf(checked, SWEPT)];
  const writeUnits = arming.writeUnits + checking.writeUnits;
  return { presence: { writeUnits, readUnits: arming.readUnits + checking.readUnits } };
}

/** A heartbeat of everyone, and a sweep at the end of the lease before it. */
async function countLease(
  room: MeteredRoom,
  callers: readonly Caller[],
): Promise<Pick<Counted['acts'], 'beat' | 'check'>> {
  await pass(room, HEARTBEAT_MS);
  const beats = await room.measure(async () => {
    for (const caller of callers) await heartbeat(room.deps, caller);
  });
  await pass(room, LEASE_MS - HEARTBEAT_MS + BUCKET_MS);
  const checks = await room.measure(async () => {
    const report = await sweep(room.deps, Number.POSITIVE_INFINITY);
    if (report.alive !== SWEPT) throw new Error(`unable to accept the figures; ${report.alive} of ${SWEPT} were alive`);
  });
  return { beat: actOf(beats, SWEPT), check: actOf(checks, SWEPT) };
}

/** Runs the use cases on a DynamoDB of this machine. */
export const count = async (): Promise<Counted> => ({
  rows: await withTable(countSizes),
  acts: await withTable(async (endpoint) => ({
    ...(await countVisit(endpoint)),
    ...(await countIdle(endpoint)),
    ...(await countPresence(endpoint)),
  })),
});
