import { describe, expect, it } from 'vitest';
import { fullAccess } from '../../lib/domain/access.ts';
import { type Member, withoutConnection } from '../../lib/domain/member.ts';
import { readChange } from '../../lib/store/dynamodb/changes.ts';
import { type Change, StoreFault, type StreamRecord } from '../../lib/store/room-store.ts';
import { tableName, useStore } from '../support/emulators.ts';
import { openStream, type ReadStream } from '../support/stream.ts';
import { acceptance, connectionId, fresh, inTail, message, newConnection, newMember, newRoom, user } from './rows.ts';

const use = useStore('dynoxide');
let reading: Promise<ReadStream> | undefined;
/** Reads on; the first time from the table's first record. */
const readStream: ReadStream = async () => {
  reading ??= openStream(use().endpoint, tableName);
  return (await reading)();
};

/** The changes that the stream reports for this work, and the number of its records. */
async function reportedBy(work: () => Promise<unknown>): Promise<{ changes: readonly Change[]; count: number }> {
  await readStream();
  await work();
  const records = await readStream();
  return { changes: records.flatMap((record) => readChange(record) ?? []), count: records.length };
}

async function put(...args: Parameters<ReturnType<typeof use>['store']['putMember']>): Promise<Member> {
  const stored = await use().store.putMember(...args);
  if (stored === 'conflict') throw new Error('unable to put; conflict');
  return stored;
}

describe('the stream', () => {
  it('reports once that a room was created and destroyed, despite changes in between', async () => {
    const { store } = use();
    const room = newRoom({ tail: [inTail(message(1))], seq: 1, lastMessageAtMs: 1001, hasEntries: true });
    const { changes, count } = await reportedBy(async () => {
      await store.createRoom(room);
      await store.createRoom(room);
      await store.acceptMessage(acceptance(room, 'a'));
      await store.setRoomMuted(room.roomId, 'e1', true);
      await store.destroyRoom(room.roomId, 'e1', 7, true);
      await store.destroyRoom(room.roomId, 'e1', 7, true);
      await store.removeRoom(room.roomId, 'e1');
    });
    expect(count).toBe(5);
    expect(changes).toMatchObject([
      { kind: 'room-created', room },
      { kind: 'room-destroyed', room: { seq: 2, muted: true, destroyedAtMs: 7, destroyedAutomatically: true } },
    ]);
    expect(changes[0]).toEqual({ kind: 'room-created', room });
  });

  it('reports once that a member has joined and how the membership has ended', async () => {
    const { roomId } = newRoom();
    const ended = { membershipId: 'm1', reason: 'blocked', atMs: 9, connections: [connectionId('c1')] } as const;
    let inside: Member | undefined;
    let former: Member | undefined;
    const { changes, count } = await reportedBy(async () => {
      inside = await put(newMember(roomId, 'ann', { disconnectedDevices: ['tablet'] }), 0, 'joined');
      const offline = { seq: 1, atMs: 8, sinceMs: 7 };
      const marked = await put(withoutConnection(inside, connectionId('c1'), offline), inside.revision);
      former = await put({ ...marked, membershipId: undefined, offline: undefined, ended }, marked.revision, 'blocked');
      former = await put({ ...former, blockedUntilMs: 1 }, former.revision, 'offline');
      former = await put({ ...former, blockedUntilMs: 1 }, former.revision, 'left');
      await use().store.deleteMember(await put(former, former.revision));
    });
    expect(count).toBe(7);
    expect(changes).toHaveLength(4);
    expect(changes[0]).toEqual({ kind: 'joined', member: inside });
    expect(changes.slice(1, 3)).toMatchObject([
      { kind: 'ended', member: { ended } },
      { kind: 'ended', member: { ended } },
    ]);
    expect(changes[3]).toEqual({ kind: 'ended', member: former, rowIsDeleted: false });
  });

  it.each([
    ['left', {}],
    ['gone offline', { connections: [], offline: { seq: 1, atMs: 8, sinceMs: 7 } }],
  ])('reports that a member whose row is deleted has %s', async (_how, state: Partial<Member>) => {
    const member = await put(newMember(newRoom().roomId, 'ann', state), 0, 'joined');
    const { changes, count } = await reportedBy(() => use().store.deleteMember(member));
    expect(count).toBe(1);
    const { membershipId, ...rest } = member;
    const reason = member.offline === undefined ? 'left' : 'offline';
    const ended = { membershipId, reason, atMs: expect.any(Number), connections: [] };
    expect(changes).toEqual([{ kind: 'ended', member: { ...rest, ended }, rowIsDeleted: true }]);
  });

  it('reports each step of a broadcast', async () => {
    const broadcast = {
      ...{ id: fresh('broadcast'), fromUserId: user('ann'), type: 'RC:TxtMsg', content: '{"a":1}' },
      ...{ includeSender: false, sentAtMs: 5, afterRoom: '', rest: [] },
    };
    const { changes } = await reportedBy(async () => {
      await use().store.putBroadcast(broadcast, use().clock.nowMs + 1000, 'continue');
      await use().store.putBroadcast({ ...broadcast, afterRoom: 'r0' }, use().clock.nowMs + 1000, 'note');
      await use().store.putBroadcast({ ...broadcast, afterRoom: 'r1' }, use().clock.nowMs + 1000, 'continue');
    });
    expect(changes).toEqual([
      { kind: 'broadcast', broadcast },
      { kind: 'broadcast', broadcast: { ...broadcast, afterRoom: 'r1' } },
    ]);
  });

  it('reports each presence that is announced, but not its deletion', async () => {
    const ann = user(fresh('ann'));
    const { store, clock } = use();
    const [online, offline] = [{ state: 'online', sinceMs: 5 } as const, { state: 'offline', sinceMs: 9 } as const];
    const { changes, count } = await reportedBy(async () => {
      await store.announcePresence(ann, undefined, online, undefined);
      await store.announcePresence(ann, undefined, online, undefined);
      await store.announcePresence(ann, online, offline, clock.nowMs + 1000);
      await store.deletePresence(ann);
    });
    expect(count).toBe(3);
    expect(changes).toEqual([
      { kind: 'presence', userId: ann, presence: online },
      { kind: 'presence', userId: ann, presence: offline },
    ]);
  });

  it('reports nothing for other rows', async () => {
    const { changes, count } = await reportedBy(async () => {
      const connection = newConnection();
      await use().store.openConnection(connection);
      await use().store.renewLease(connection, connection.leaseUntilMs + 20_000);
      await use().store.closeConnection(connection, 5);
      await use().store.removeConnection(connection);
      await use().store.takeTurn(connection.userId, { ...fullAccess, turns: { join: 5 } });
      const logins = { userId: connection.userId, device: 'mobile', revision: 0, logins: [] };
      await use().store.putLogins(logins, use().clock.nowMs + 1000);
      await use().store.arm(5, [{ kind: 'room', room: newRoom().roomId }]);
      const life = { roomId: newRoom().roomId, epoch: 'e1' };
      await use().store.appendLog(life.roomId, life.epoch, [message(1)], use().clock.nowMs + 1000);
      await use().store.noteSent(life, [message(1)], use().clock.nowMs + 1000);
    });
    expect(count).toBe(10);
    expect(changes).toEqual([]);
  });
});

describe('a row that reports a change and is unreadable', () => {
  const secret = 'what nobody may log';
  const recordOf = async (work: () => Promise<unknown>) => {
    await readStream();
    await work();
    const record = (await readStream()).at(-1);
    if (record === undefined) throw new Error('unable to read the stream; it is empty');
    return record;
  };
  const roomRecord = () =>
    recordOf(() => use().store.createRoom(newRoom({ name: secret, seq: 1, tail: [inTail(message(1))] })));
  const memberRecord = (news: 'joined' | 'left', change: Partial<Member> = {}) =>
    recordOf(() => put(newMember(newRoom().roomId, 'ann', { disconnectedDevices: [secret], ...change }), 0, news));

  type Image = Readonly<Record<string, unknown>>;
  const changed = ({ eventName, dynamodb }: StreamRecord, change: (image: Image) => Image): StreamRecord => {
    const { NewImage, OldImage, ...rest } = dynamodb;
    const images = {
      ...(NewImage === undefined ? {} : { NewImage: change(NewImage) }),
      ...(OldImage === undefined ? {} : { OldImage: change(OldImage) }),
    };
    return { eventName, dynamodb: { ...rest, ...images } };
  };
  const without = (record: StreamRecord, name: string) =>
    changed(record, (image) => {
      expect(image).toHaveProperty(name);
      return Object.fromEntries(Object.entries(image).filter(([attribute]) => attribute !== name));
    });
  const refusal = (record: StreamRecord): string => {
    try {
      readChange(record);
    } catch (error) {
      if (error instanceof StoreFault && error.cause === undefined) return error.message;
    }
    throw new Error('unable to see a refusal; there was none');
  };

  it.each(['pk', 'sk', 'roomId', 'epoch', 'seq', 'tail', 'tailTimes', 'allowlistedSeq'])(
    'as a room without %s',
    async (name) => {
      const record = await roomRecord();
      expect(readChange(record)).toMatchObject({ kind: 'room-created' });
      expect(() => readChange(without(record, name))).toThrow(StoreFault);
    },
  );

  const needed = ['pk', 'sk', 'roomId', 'userId', 'roomEpoch', 'revision', 'connections'];
  it.each([...needed, 'membershipId'])('as a new member without %s', async (name) => {
    const record = await memberRecord('joined');
    expect(readChange(record)).toMatchObject({ kind: 'joined' });
    expect(() => readChange(without(record, name))).toThrow(StoreFault);
  });

  it.each(needed)('as a deleted member without %s', async (name) => {
    const member = await put(newMember(newRoom().roomId, 'ann'), 0);
    const record = await recordOf(() => use().store.deleteMember(member));
    expect(readChange(record)).toMatchObject({ kind: 'ended' });
    expect(() => readChange(without(record, name))).toThrow(StoreFault);
  });

  it('as an end without a reason', async () => {
    const record = await memberRecord('left', { membershipId: undefined });
    expect(() => readChange(record)).toThrow(StoreFault);
  });

  it.each(['id', 'content', 'afterRoom', 'sentAtMs'])('as a broadcast without %s', async (name) => {
    const row = { id: fresh('broadcast'), fromUserId: user('ann'), type: 'T', content: secret, includeSender: false };
    const whole = { ...row, sentAtMs: 5, afterRoom: 'r1', rest: [] };
    const record = await recordOf(() => use().store.putBroadcast(whole, 60_000, 'continue'));
    expect(readChange(record)).toMatchObject({ kind: 'broadcast' });
    expect(() => readChange(without(record, name))).toThrow(StoreFault);
  });

  it.each(['pk', 'sk', 'userId', 'state', 'sinceMs'])('as a presence without %s, or with another one', async (name) => {
    const next = { state: 'online', sinceMs: 5 } as const;
    const record = await recordOf(() => use().store.announcePresence(user(fresh('ann')), undefined, next, undefined));
    expect(readChange(record)).toMatchObject({ kind: 'presence' });
    expect(() => readChange(without(record, name))).toThrow(StoreFault);
    expect(() => readChange(changed(record, (image) => ({ ...image, [name]: { S: 'x' } })))).toThrow(StoreFault);
  });

  it('is reported by its key only', async () => {
    const record = await memberRecord('joined');
    const changedBy = (change: Image) => changed(record, (image) => ({ ...image, ...change }));
    expect(refusal(without(record, 'connections'))).toMatch(
      /^unable to read a change; the row ROOM#room-\d+ MEMBER#ann says joined and is not whole$/,
    );
    expect(refusal(changedBy({ event: { S: 'rumour' } }))).toContain('says rumour');
    expect(refusal(changedBy({ event: { Q: secret } }))).toContain('says ?');
    expect(refusal(changedBy({ connections: { Q: secret } }))).not.toContain(secret);
    expect(refusal(changedBy({ userId: { S: 'bob' } }))).toContain('MEMBER#ann');
    expect(refusal(changed(record, () => ({ event: { S: 'joined' } })))).toContain('the row ? ?');
  });
});
