import { isRefused, type Outcome } from '../../lib/domain/outcome.ts';
import { defaultSettings, type Settings } from '../../lib/domain/settings.ts';
import { changesHandler } from '../../lib/handlers/changes.ts';
import { connectHandler } from '../../lib/handlers/connect.ts';
import { digest } from '../../lib/handlers/deps-digest.ts';
import { disconnectHandler } from '../../lib/handlers/disconnect.ts';
import type { WebSocketEvent } from '../../lib/handlers/events.ts';
import { messageHandler } from '../../lib/handlers/message.ts';
import type { RefusalAnswer } from '../../lib/protocol/answers.ts';
import type { EndReason } from '../../lib/protocol/end-reason.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { WebhookEvent } from '../../lib/protocol/webhook.ts';
import type { EventQueue } from '../../lib/push/event-queue.ts';
import type { PostResult, Push } from '../../lib/push/push.ts';
import { readChange } from '../../lib/store/dynamodb/changes.ts';
import { addToAllowlist, removeFromAllowlist } from '../../lib/usecases/allowlist-users.ts';
import { blockUsers, unblockUsers } from '../../lib/usecases/block-users.ts';
import type { Caller, Deps } from '../../lib/usecases/deps.ts';
import type { Joined, JoinRequest } from '../../lib/usecases/join-room.ts';
import { publishMessage } from '../../lib/usecases/publish-message.ts';
import { areMembers, type MemberList, queryMembers } from '../../lib/usecases/query-members.ts';
import type { Sent } from '../../lib/usecases/send-message.ts';
import type { DeliveryJob } from '../../lib/usecases/steps/delivery-job.ts';
import { sweep } from '../../lib/usecases/sweep/sweep.ts';
import type { StreamedStore } from './emulators.ts';
import { servedValue } from './outcome.ts';
import { runJob } from './run-job.ts';
import type { ReadStream, TableRecord } from './stream.ts';
import { unlimited } from './unlimited.ts';

/** The defaults, except those that would hinder tests of something else. */
export const worldSettings: Settings = {
  ...defaultSettings,
  historyRetentionDays: 7,
  // Users are the same in all tests of a file, and do everything at one instant of its clock.
  ...unlimited,
  ...{ maxRoomsPerConnection: 0, maxConnectionsPerUser: 0, oneDevicePerPlatform: false },
  notifyMemberChanges: true,
  tokenLifeSec: 3600,
  connectionLifeMs: 7_800_000,
};

/** Keeps what each connection was sent; for a connection in `gone` it answers as API Gateway does for a closed one. */
export class RecordingPush implements Push {
  readonly gone = new Set<string>();
  readonly closed: string[] = [];
  private readonly sent = new Map<string, PushFrame[]>();

  post(connectionId: string, frame: PushFrame): Promise<PostResult> {
    if (this.gone.has(connectionId)) return Promise.resolve('gone');
    this.sent.set(connectionId, [...this.framesOf(connectionId), frame]);
    return Promise.resolve('ok');
  }

  close(connectionId: string): Promise<void> {
    this.closed.push(connectionId);
    return Promise.resolve();
  }

  framesOf(connectionId: string): readonly PushFrame[] {
    return this.sent.get(connectionId) ?? [];
  }
}

/** How a client names its device; if it does not, each connection is a device of its own. */
export type ClientQuery = { readonly platform?: string; readonly instance?: string };

/** API Gateway's events for a caller that the authorizer has let in for a hundred years. */
function handlersOf(deps: Deps, now: () => number) {
  const depsAt = () => deps;
  const [onConnect, onDisconnect, onMessage] = [
    connectHandler(depsAt),
    disconnectHandler(depsAt),
    messageHandler(depsAt),
  ];
  const eventOf = (caller: Caller, body?: object, query: ClientQuery = {}): WebSocketEvent => ({
    queryStringParameters: query,
    requestContext: {
      connectionId: caller.connectionId,
      requestTimeEpoch: now(),
      authorizer: {
        userId: caller.userId,
        issuedAtMs: String(now()),
        expiresAtMs: String(now() + 3_155_760_000_000),
      },
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    connect: (caller: Caller, query: ClientQuery) => onConnect(eventOf(caller, undefined, query)),
    disconnect: (caller: Caller) => onDisconnect(eventOf(caller)),
    frame: async <T>(caller: Caller, frame: object): Promise<T | Refusal> => {
      const { body = '{}' } = await onMessage(eventOf(caller, { id: 'r1', ...frame }));
      const { event: _event, id: _id, ...outcome } = JSON.parse(body);
      return outcome;
    },
    /** A heartbeat; what the handler returns. */
    beat: (caller: Caller) => onMessage(eventOf(caller, { action: 'beat' })),
  };
}

export type World = ReturnType<typeof createWorld>;

type Refusal = Omit<RefusalAnswer, 'event' | 'id'>;

const membersOf = (outcome: Outcome<MemberList>): MemberList['members'] => (isRefused(outcome) ? [] : outcome.members);

let worlds = 0;

/**
 * Clients' events go through the Lambda handlers, the app server's calls to the use cases; with a real store, a room of
 * its own, and a clock that only the test moves.
 */
export function createWorld({ store, clock, openStream }: StreamedStore, change: Partial<Settings> = {}) {
  worlds += 1;
  // A name is the same user in all worlds of a test file: what that user did in an earlier one must not count.
  clock.nowMs += 60_000;
  const prefix = `world${worlds}-`;
  const room = `${prefix}room` as RoomId;
  const push = new RecordingPush();
  const faults: unknown[] = [];
  let ids = 0;
  const nextId = (kind: string) => {
    ids += 1;
    return `${prefix}${kind}-${ids}`;
  };
  const deps: Deps = {
    store,
    push,
    // The job is done before the ring returns, and its pauses take no time of the world's clock.
    doorbell: { ring: (job) => runJob(deps, job as DeliveryJob) },
    settings: { ...worldSettings, ...change },
    now: () => clock.nowMs,
    randomId: () => nextId('id'),
    random: () => 0.5,
    digest,
    onFault: (_what, fault) => faults.push(fault),
    backOff: async () => {},
    sleep: async () => {},
  };
  const users = (names: readonly string[]) => names as readonly UserId[];

  /** A connection that is not open yet. */
  const device = (userId: string): Caller => ({
    userId: userId as UserId,
    connectionId: nextId('connection') as ConnectionId,
  });
  const handlers = handlersOf(deps, () => clock.nowMs);
  const connect = async (caller: Caller, query: ClientQuery = {}): Promise<boolean> =>
    (await handlers.connect(caller, query)).statusCode === 200;
  const open = async (userId: string, query: ClientQuery = {}): Promise<Caller> => {
    const caller = device(userId);
    await connect(caller, query);
    return caller;
  };
  const join = (caller: Caller, request: Partial<JoinRequest> = {}) =>
    handlers.frame<Joined>(caller, { action: 'join', room, messageCount: -1, autoCreate: true, ...request });
  const enter = async (userId: string, query: ClientQuery = {}): Promise<Caller> => {
    const caller = await open(userId, query);
    const joined = await join(caller);
    if (joined.code !== 0) throw new Error(`unable to enter the room; code ${joined.code}`);
    return caller;
  };
  const send = (caller: Caller, clientMessageId: string = nextId('send')) =>
    handlers.frame<Sent>(caller, { action: 'send', room, clientMessageId, type: 'RC:TxtMsg', content: '{}' });
  const leave = (caller: Caller) => handlers.frame<{ readonly code: 0 }>(caller, { action: 'leave', room });
  const publish = async (count: number, fromUserId = 'system') => {
    for (let sent = 0; sent < count; sent += 1) {
      const outcome = await publishMessage(deps, {
        room,
        fromUserId,
        type: 'RC:TxtMsg',
        content: '{}',
        includeSender: true,
        rank: 'normal',
        isKept: true,
      });
      servedValue(outcome);
    }
  };
  const isIn = async (userId: string): Promise<boolean> =>
    (await areMembers(deps, room, users([userId]))).every((inside) => inside);
  const memberIds = async (): Promise<string[]> =>
    membersOf(await queryMembers(deps, room, 1000, 'ascending'))
      .map((member) => member.userId)
      .sort();
  const events: WebhookEvent[] = [];
  let refusals = 0;
  const queue: EventQueue = {
    put: async (more) => {
      refusals -= 1;
      if (refusals >= 0) throw new Error('the queue does not answer');
      events.push(...more);
    },
  };
  const onChanges = changesHandler(() => deps, deps.now, queue, readChange);
  /** As Lambda does: what follows the first record that is not done comes again. */
  const announceAll = async (records: readonly TableRecord[]): Promise<void> => {
    const [failed] = (await onChanges({ Records: records })).batchItemFailures;
    if (failed === undefined) return;
    const done = records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failed.itemIdentifier);
    if (done <= 0) throw new Error('unable to announce the changes', { cause: faults.at(-1) });
    await announceAll(records.slice(done));
  };
  let readStream: ReadStream | undefined;
  /** The stream's Lambda gets what was written since the last time, in batches, until it writes nothing more. */
  const settle = async (): Promise<void> => {
    readStream ??= await openStream();
    for (;;) {
      const records = await readStream();
      if (records.length === 0) return;
      const own = records.filter(({ dynamodb }) => JSON.stringify(dynamodb.Keys).includes(prefix));
      await announceAll(own);
    }
  };
  /** Everything since the world began, as after a run whose success was never noted. */
  const announceAgain = async (): Promise<void> => {
    readStream = undefined;
    await settle();
  };
  /** How the memberships of a user ended, as this connection was notified. */
  const endsSeenBy = async (witness: Caller, userId: string): Promise<(EndReason | undefined)[]> => {
    await settle();
    return push
      .framesOf(witness.connectionId)
      .flatMap((frame) => (frame.event === 'members' ? frame.changes : []))
      .filter((change) => change.userId === userId && change.change === 'left')
      .map((change) => change.reason);
  };
  const isOffline = async (userId: string): Promise<boolean> =>
    (await store.getMember(room, userId as UserId))?.offline !== undefined;

  return {
    ...{ room, deps, clock, push, faults, device, connect, open, join, enter, send, leave, publish },
    ...{ isIn, memberIds, endsSeenBy, isOffline, settle, announceAgain, events },
    refuseEvents: (count: number) => {
      refusals = count;
    },
    drop: (caller: Caller) => handlers.disconnect(caller),
    frame: handlers.frame,
    beat: handlers.beat,
    block: (untilMs: number, ...names: string[]) => blockUsers(deps, room, users(names), untilMs),
    unblock: (...names: string[]) => unblockUsers(deps, room, users(names)),
    protect: (...names: string[]) => addToAllowlist(deps, room, users(names)),
    /** A run of the sweep at this moment, with all the time that it needs. */
    sweep: () => sweep(deps, Number.POSITIVE_INFINITY),
    unprotect: (...names: string[]) => removeFromAllowlist(deps, room, users(names)),
    pass: (durationMs: number) => {
      clock.nowMs += durationMs;
    },
  };
}
