import { expect, test } from 'vitest';
import { emptyMember, type Member } from '../../lib/domain/member.ts';
import { newRoom } from '../../lib/domain/room.ts';
import { changesHandler } from '../../lib/handlers/changes.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import {
  type Broadcast,
  type Change,
  type RoomStore,
  StoreFault,
  type StreamRecord,
} from '../../lib/store/room-store.ts';
import { RecordingPush, worldSettings } from '../support/world.ts';

const START_MS = 1_800_000_000_000;
const room = (name: string) =>
  newRoom(name as RoomId, name, 'e1', START_MS, { destroyType: 'idle', destroyAfterMin: 60 });

/** A membership that a block has ended: its row is to be written, and one connection is to be notified. */
function blocked(roomId: string, userId: string): Change {
  const ended = { membershipId: `m-${userId}`, reason: 'blocked', atMs: START_MS } as const;
  const connections = [`c-${userId}` as ConnectionId];
  const nobody: Member = emptyMember(roomId as RoomId, userId as UserId, 'e1');
  return { kind: 'ended', member: { ...nobody, ended: { ...ended, connections } }, rowIsDeleted: false };
}

/** The handler over storage that has only what it needs here, and a stream as Lambda reads it. */
function createStream(change: (store: Partial<RoomStore>) => Partial<RoomStore> = (store) => store) {
  const push = new RecordingPush();
  const clock = { nowMs: START_MS };
  const puts: Broadcast[] = [];
  const store: Partial<RoomStore> = {
    getRoom: async (roomId) => room(roomId),
    putMember: async (member) => member,
    listMembers: async () => ({ members: [] }),
    putBroadcast: async (broadcast) => void puts.push(broadcast),
  };
  const deps = {
    ...{ store: { ...store, ...change(store) } as RoomStore, push, now: () => clock.nowMs },
    settings: { ...worldSettings, notifyMemberChanges: true },
    ...{ randomId: () => 'id', backOff: async () => {}, onFault: () => {} },
    ...{ random: () => 0.5, digest: (text: string) => text, sleep: async () => {} },
    doorbell: { ring: async () => 'rung' as const },
  };
  const changes = new Map<string, Change>();
  const handle = changesHandler(
    () => deps,
    () => clock.nowMs,
    undefined,
    ({ dynamodb }) => changes.get(dynamodb.SequenceNumber),
  );
  const recordsOf = (all: readonly Change[]): readonly StreamRecord[] =>
    all.map((one, index) => {
      changes.set(`${index}`, one);
      const dynamodb = { SequenceNumber: `${index}`, ApproximateCreationDateTime: START_MS / 1000 };
      return { eventName: 'MODIFY', dynamodb };
    });
  /** Lambda's rules: goes on at the first failed record, halves a batch whose run fails, gives up a record that is alone. */
  const deliver = async (records: readonly StreamRecord[]): Promise<readonly string[]> => {
    const names = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    const answer = await handle({ Records: records }).catch(() => 'thrown' as const);
    if (answer === 'thrown') {
      const middle = Math.ceil(records.length / 2);
      return [...(await deliver(records.slice(0, middle))), ...(await deliver(records.slice(middle)))];
    }
    const [failed] = answer.batchItemFailures;
    if (failed === undefined) return [];
    const from = names.indexOf(failed.itemIdentifier);
    if (from === 0) return [...names.slice(0, 1), ...(records.length > 1 ? await deliver(records.slice(1)) : [])];
    return deliver(records.slice(from));
  };
  const notices = (userId: string) => push.framesOf(`c-${userId}`).filter(({ event }) => event === 'removed').length;
  return { push, clock, puts, handle, recordsOf, deliver, notices, deps };
}

const failing = (bad: string) => ({
  putMember: async (member: Member) => {
    if (member.userId === bad) throw new StoreFault('unable to write a row');
    return member;
  },
});

test('the answer names the first record that is not done', async () => {
  const { handle, recordsOf } = createStream(() => failing('u3'));
  const records = recordsOf(Array.from({ length: 6 }, (_, index) => blocked(`r${index}`, `u${index}`)));
  expect(await handle({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
  expect(await handle({ Records: records.slice(0, 3) })).toEqual({ batchItemFailures: [] });
});

test('a batch that begins with a record that fails is split, so that this one is given up alone', async () => {
  const { deliver, recordsOf, notices } = createStream(() => failing('u3'));
  const users = Array.from({ length: 40 }, (_, index) => `u${index}`);
  const givenUp = await deliver(recordsOf(users.map((user, index) => blocked(`r${index}`, user))));
  expect(givenUp).toEqual(['3']);
  // What was done before it is not repeated, and of what was done beside it each only once.
  const counts = users.map(notices);
  expect(counts.slice(0, 3)).toEqual([1, 1, 1]);
  expect(Math.max(...counts.filter((_, index) => index !== 3))).toBeLessThanOrEqual(2);
  expect(Math.min(...counts)).toBeGreaterThan(0);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThan(users.length + 16);
});

test('one row that fails holds up no other of its room', async () => {
  const written: string[] = [];
  const { handle, recordsOf } = createStream(() => ({
    putMember: async (member) => {
      const result = await failing('u1').putMember(member);
      written.push(member.userId);
      return result;
    },
  }));
  const records = recordsOf(['u0', 'u1', 'u2'].map((user) => blocked('r', user)));
  expect(await handle({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  expect(written).toEqual(['u0', 'u2']);
});

test('when the time is up it begins no further room, and the stream continues there', async () => {
  const stream = createStream(() => ({
    getRoom: async (roomId) => {
      stream.clock.nowMs += 15_000;
      return room(roomId);
    },
  }));
  const records = stream.recordsOf(Array.from({ length: 20 }, (_, index) => blocked(`r${index}`, `u${index}`)));
  const { batchItemFailures } = await stream.handle({ Records: records });
  expect(Number(batchItemFailures[0]?.itemIdentifier)).toBeGreaterThan(1);
  expect(await stream.deliver(records)).toEqual([]);
});

test('the rest of a notice to a large room gets a row of its own, from which the stream continues', async () => {
  const stream = createStream(() => ({
    listMembers: async (_room, cursor) => {
      stream.clock.nowMs += 15_000;
      const page = Number(cursor ?? 0) + 1;
      return page === 9 ? { members: [] } : { members: [], cursor: `${page}` };
    },
  }));
  const records = stream.recordsOf([blocked('r', 'u0'), blocked('r', 'u1')]);
  expect(await stream.handle({ Records: records })).toEqual({ batchItemFailures: [] });
  expect(stream.puts).toMatchObject([
    {
      afterRoom: '~',
      rest: [{ room: 'r', cursor: '3' }],
      notice: { roomEpoch: 'e1', changes: [{ userId: 'u0' }, {}] },
    },
  ]);
});
