import { setTimeout as wait } from 'node:timers/promises';
import { callDynamodb } from '../../lib/local/dynamodb/emulator.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { AUDIENCE_INDEX, offlinePartition } from '../../lib/store/dynamodb/keys.ts';
import { queryMembers } from '../../lib/usecases/query-members.ts';
import { servedValue } from '../../test/support/outcome.ts';
import { ROOM } from '../compare/contender.ts';
import { TABLE_NAME } from '../measured-deps.ts';
import { fillRoom } from './filled-room.ts';
import { atMost, type Part, type Progress, short } from './report.ts';
import { type System, withSystem } from './system.ts';
import { acceptedOf, talk } from './talk.ts';

const CONNECTIONS = 100;
const DUE = 10_000;
const SENDERS = 5;
/** Longer than a member may be offline. */
const OFFLINE_MS = 60_000;
const LOOK_EVERY_MS = 3_000;
const GONE_MAX_MS = 400_000;
const NEXT_PER_SECOND = 2;
const NEXT = 10;

interface Measured {
  readonly due: number;
  readonly first: number;
  readonly next: readonly number[];
  readonly goneMs: number;
  readonly wrongCounts: number;
  readonly counts: number;
  readonly evictions: number;
  readonly writes: number;
  readonly posts: number;
}

/** How many members the index lists as offline: a count, so that looking takes little of the machine. */
async function rowsLeft({ endpoint }: System): Promise<number> {
  let [rows, ExclusiveStartKey] = [0, undefined as object | undefined];
  do {
    const page = (await callDynamodb(endpoint, 'Query', {
      ...{ TableName: TABLE_NAME, IndexName: AUDIENCE_INDEX, Select: 'COUNT', ExclusiveStartKey },
      KeyConditionExpression: 'listedIn = :in',
      ExpressionAttributeValues: { ':in': { S: offlinePartition(ROOM as RoomId) } },
    })) as { readonly Count: number; readonly LastEvaluatedKey?: object };
    rows += page.Count;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return rows;
}

/** Counts the members by the rule until all rows are gone. */
async function lookUntilGone(system: System, startMs: number) {
  let [counts, wrongCounts] = [0, 0];
  for (;;) {
    const { total } = servedValue(await queryMembers(system.deps, ROOM as RoomId, 1, 'ascending'));
    counts += 1;
    if (total !== CONNECTIONS) wrongCounts += 1;
    const rows = await rowsLeft(system);
    const goneMs = performance.now() - startMs;
    if (rows === 0) return { counts, wrongCounts, goneMs };
    if (goneMs > GONE_MAX_MS) throw new Error(`unable to go on; ${rows} evicted members have rows`);
    await wait(LOOK_EVERY_MS);
  }
}

const measure = (due: number): Promise<Measured> =>
  withSystem({}, async (system) => {
    const offlineAtMs = Date.now() - OFFLINE_MS;
    const senders = await fillRoom(system, { connections: CONNECTIONS, senders: SENDERS, offline: due, offlineAtMs });
    const before = servedValue(await queryMembers(system.deps, ROOM as RoomId, 1, 'ascending'));
    if (before.total !== CONNECTIONS + due) throw new Error('unable to begin; the room is not filled');
    system.meter.take();
    const startMs = performance.now();
    const [first] = acceptedOf(await talk(system, senders, 1, 1));
    const looking = lookUntilGone(system, startMs);
    const next = acceptedOf(await talk(system, senders, NEXT_PER_SECOND, NEXT));
    const looked = await looking;
    await system.jobs.idle();
    system.check();
    const { writeUnits } = system.meter.take();
    const { started } = system.jobs;
    return {
      ...{ due, first: first?.ms ?? 0, next: next.map(({ ms }) => ms), ...looked },
      ...{ evictions: started.evict, writes: writeUnits / Math.max(1, due), posts: system.sink.posts },
    };
  });

/** One message that evicts a whole crowd of offline members. */
export async function measureDue(progress: Progress, sizeMax: number): Promise<Part> {
  const due = Math.min(DUE, sizeMax);
  progress('due: nobody, for comparison');
  const none = await measure(0);
  progress(`due: ${due} members at one message`);
  const many = await measure(due);
  return {
    title: `Due: members that one message evicts, ${CONNECTIONS} others are connected`,
    columns: [
      'due',
      'ack, ms',
      'next acks, most, ms',
      'rows gone after, ms',
      'counts',
      'wrong',
      'evict runs',
      'W for each due',
    ],
    rows: [none, many].map((one) => [
      ...[one.due, short(one.first), short(Math.max(...one.next)), short(one.goneMs), one.counts, one.wrongCounts],
      ...[one.evictions, one.due === 0 ? '' : short(one.writes)],
    ]),
    goals: [atMost('counts that were wrong', many.wrongCounts + none.wrongCounts, 0)],
  };
}
