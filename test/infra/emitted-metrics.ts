import { emptyMember } from '../../lib/domain/member.ts';
import { newRoom } from '../../lib/domain/room.ts';
import { countChanges } from '../../lib/handlers/change-metrics.ts';
import { countsTo, type Incident, metricsTo } from '../../lib/handlers/metrics.ts';
import { type CountedPost, countPosts, type PostCounters } from '../../lib/handlers/post-metrics.ts';
import { createSecretKeeper } from '../../lib/handlers/secret-keeper.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { Change } from '../../lib/store/room-store.ts';

const now = () => 0;
const roomId = 'r' as RoomId;
const member = emptyMember(roomId, 'u' as UserId, 'e');
const room = newRoom(roomId, 'r', 'e', 0, { destroyType: 'idle', destroyAfterMin: 60 });

const endOf = (reason: 'left' | 'offline' | 'blocked'): Change => ({
  kind: 'ended',
  member: { ...member, ended: { membershipId: 'm', reason, atMs: 0, connections: [] } },
  rowIsDeleted: false,
});

const everyChange: readonly Change[] = [
  { kind: 'joined', member },
  ...(['left', 'offline', 'blocked'] as const).map(endOf),
  { kind: 'room-created', room },
  { kind: 'room-destroyed', room },
];

/** The lines with metrics that the Lambdas write when all that is counted happens once, by the code that writes them. */
export async function emittedLines(deployment: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const counts = { due: 1, alive: 1, closed: 1, evicted: 1, destroyed: 1, failed: 1, unreadable: 1 };
  metricsTo(write, now, deployment)({ ...counts, lagMs: 1, unfinished: true });
  const put = countsTo<Incident>(write, now, deployment);
  const count = (name: Incident) => put({ [name]: 1 });
  const keeper = createSecretKeeper({ read: async () => 'no secret', onFault: () => count('faults'), count });
  await keeper(0)
    .current()
    .catch(() => undefined);
  await postEach({ now: laterEachTime(), count, put: countsTo<CountedPost>(write, now, deployment) });
  const records = everyChange.map((_, at) => ({
    eventName: 'MODIFY' as const,
    dynamodb: { SequenceNumber: `${at}`, ApproximateCreationDateTime: 0 },
  }));
  const handle = countChanges(
    async () => ({ batchItemFailures: [] }),
    ({ dynamodb }) => everyChange[Number(dynamodb.SequenceNumber)],
    countsTo(write, now, deployment),
  );
  await handle({ Records: records });
  return lines;
}

/** Each call is a minute after the one before. */
function laterEachTime(): () => number {
  let nowMs = 0;
  return () => {
    nowMs += 60_000;
    return nowMs;
  };
}

/** A frame that arrives, one to a connection that is gone, and one that fails. */
async function postEach(counters: PostCounters): Promise<void> {
  for (const result of ['ok', 'gone', 'failed'] as const) {
    const push = countPosts({ post: async () => result, close: async () => undefined }, counters);
    await push.post('c', { event: 'messages', messages: [] } as unknown as PushFrame);
  }
}

/** A line in the embedded metric format. */
interface MetricsLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** The metrics of these lines, each as "namespace name dimensions". */
export function metricsOf(lines: readonly string[]): ReadonlySet<string> {
  const documents = lines.map((line) => JSON.parse(line) as MetricsLine);
  const sets = documents.flatMap(({ _aws: { CloudWatchMetrics } }) => CloudWatchMetrics);
  return new Set(
    sets.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.flatMap(({ Name }) => Dimensions.map((each) => `${Namespace} ${Name} ${each.join()}`)),
    ),
  );
}
