import type { Settings } from '../lib/domain/settings.ts';
import type { ConnectionId, RoomId } from '../lib/protocol/ids.ts';
import { announceChanges } from '../lib/usecases/announce-changes.ts';
import type { Caller } from '../lib/usecases/deps.ts';
import { sweep } from '../lib/usecases/sweep/sweep.ts';
import { add, divide } from '../test/support/units-meter.ts';
import type { Frame, HostileRoom, Taken } from './hostile-room.ts';

const MINUTE_MS = 60_000;
/** As many as every limit lets through at one instant. */
const TIMES = 5;

/** The code, and what a refused one took. */
export interface Refused {
  readonly code: number;
  readonly taken: Taken;
}

/** Something that a hostile user may do as often as the server lets them. */
export interface Act {
  readonly name: string;
  readonly setting?: keyof Settings;
  /** Lambdas that it runs where it is done; 1 by default. */
  readonly lambdas?: number;
  /** The mean of some, with what follows from them. */
  readonly accepted: (room: HostileRoom) => Promise<Taken>;
  readonly refused: (room: HostileRoom) => Promise<Refused>;
}

type FrameOf = (room: HostileRoom) => Frame;

const plus = (one: Taken, other: Taken): Taken => ({
  units: add(one.units, other.units),
  posts: one.posts + other.posts,
});

/** The sign of life is written down, and no limit is used up. */
async function refresh(room: HostileRoom): Promise<void> {
  room.pass(10 * MINUTE_MS);
  await room.frame({ action: 'beat' });
}

async function insist(room: HostileRoom, frame: Frame): Promise<void> {
  const { code } = await room.frame(frame);
  if (code !== 0) throw new Error(`unable to go on; ${JSON.stringify(frame)} is answered with ${code}`);
}

/** Of several frames of which one is let through, those that are not. */
async function refusedFrames(room: HostileRoom, frameOf: FrameOf, setting: keyof Settings): Promise<Refused> {
  await refresh(room);
  const once = { [setting]: 1 };
  await room.frame(frameOf(room), once);
  let code = 0;
  const taken = await room.measure(TIMES, async () => {
    ({ code } = await room.frame(frameOf(room), once));
  });
  // Whichever it was, they are in the room again.
  await refresh(room);
  await insist(room, joinOf(room));
  return { code, taken };
}

const frameAct = (name: string, setting: keyof Settings, frameOf: FrameOf): Act => ({
  name,
  setting,
  accepted: async (room) => {
    await refresh(room);
    return room.measure(TIMES, () => insist(room, frameOf(room)));
  },
  refused: (room) => refusedFrames(room, frameOf, setting),
});

const inRoom =
  (action: string, more: object = {}): FrameOf =>
  ({ room }) => ({ action, room, ...more });
const joinOf = inRoom('join', { messageCount: 50, autoCreate: false });
const leaveOf = inRoom('leave');
const CONTENT = JSON.stringify({ content: 'A line of chat, as people write it.' });
export const sendOf: FrameOf = (room) => ({
  ...{ action: 'send', room: room.room, clientMessageId: room.nextId(), type: 'RC:TxtMsg', content: CONTENT },
});
const newRoomOf: FrameOf = (room) => ({
  ...{ action: 'join', room: `room-${room.nextId()}`, messageCount: -1, autoCreate: true },
});

/** What the stream costs, with the setting that notifies members. */
async function announced(room: HostileRoom, kind: 'joined' | 'ended'): Promise<Taken> {
  const member = await room.deps.store.getMember(room.room, room.hostile.userId);
  if (member === undefined) throw new Error('unable to go on; there is no row');
  const deps = { ...room.deps, settings: { ...room.deps.settings, notifyMemberChanges: true } };
  const ended = { membershipId: 'm', reason: 'left', atMs: deps.now(), connections: [] } as const;
  const change =
    kind === 'joined'
      ? ({ kind, member } as const)
      : ({ kind, member: { ...member, membership: undefined, ended }, rowIsDeleted: true } as const);
  return room.measure(1, () => announceChanges(deps, undefined, [change], Number.POSITIVE_INFINITY));
}

/** In and out in turn, of which one is counted. */
const inAndOut = (name: string, counted: 'join' | 'leave'): Act => ({
  ...frameAct(name, `${counted}sPerMinute`, counted === 'join' ? joinOf : leaveOf),
  lambdas: 2,
  accepted: async (room) => {
    await refresh(room);
    const events = await announced(room, counted === 'join' ? 'joined' : 'ended');
    const left = await room.measure(1, () => insist(room, leaveOf(room)));
    const joined = await room.measure(1, () => insist(room, joinOf(room)));
    return plus(counted === 'join' ? joined : left, events);
  },
});

/** Made, put on the list of rooms, and gone again by the sweep. */
const newRoom: Act = {
  ...frameAct('join that makes a room', 'newRoomsPerMinute', newRoomOf),
  lambdas: 3,
  accepted: async (room) => {
    await refresh(room);
    const id = `room-${room.nextId()}` as RoomId;
    const made = await room.measure(1, () => insist(room, { ...newRoomOf(room), room: id }));
    const row = await room.deps.store.getRoom(id);
    if (row === undefined) throw new Error('unable to go on; there is no room');
    const listed = await room.measure(1, async () => {
      for (const kind of ['room-created', 'room-destroyed'] as const)
        await announceChanges(room.deps, undefined, [{ kind, room: row }], Number.POSITIVE_INFINITY);
    });
    room.pass((room.deps.settings.destroyAfterMin + 10) * MINUTE_MS);
    await insist(room, joinOf(room));
    return plus(plus(made, listed), await room.measure(1, () => sweep(room.deps, Number.POSITIVE_INFINITY)));
  },
};

/** Their own messages, of which there must be one for each. */
const recall: Act = {
  ...frameAct('recall', 'recallsPerMinute', inRoom('recall')),
  accepted: async (room) => {
    await refresh(room);
    const frame = inRoom('recall', { messageId: (await room.frame(sendOf(room))).messageId })(room);
    return room.measure(1, () => insist(room, frame));
  },
  refused: async (room) => {
    room.pass(MINUTE_MS);
    const ids = [(await room.frame(sendOf(room))).messageId, (await room.frame(sendOf(room))).messageId];
    return refusedFrames(room, (at) => inRoom('recall', { messageId: ids.shift() ?? '1-a' })(at), 'recallsPerMinute');
  },
};

const beat: Act = {
  name: 'beat',
  accepted: (room) =>
    room.measure(TIMES, async () => {
      room.pass(20_000);
      await room.frame({ action: 'beat' });
    }),
  refused: async (room) => {
    await refresh(room);
    return { code: 0, taken: await room.measure(TIMES, () => room.frame({ action: 'beat' })) };
  },
};

const newConnection = ({ hostile, nextId }: HostileRoom): Caller => ({
  userId: hostile.userId,
  connectionId: `L0SM9${nextId()}w=` as ConnectionId,
});

/** A connection is opened, closed, checked by the sweep and deleted. */
const connect: Act = {
  name: 'connect',
  setting: 'connectsPerMinute',
  lambdas: 3,
  accepted: async (room) => {
    await refresh(room);
    const opened = await room.measure(TIMES, async () => {
      const caller = newConnection(room);
      await room.connect(caller);
      await room.disconnect(caller);
    });
    room.pass(5 * MINUTE_MS);
    await room.frame({ action: 'beat' });
    const swept = await room.measure(1, () => sweep(room.deps, Number.POSITIVE_INFINITY));
    return plus(opened, { ...swept, units: divide(swept.units, TIMES) });
  },
  refused: async (room) => {
    await refresh(room);
    const once = { connectsPerMinute: 1 };
    await room.connect(newConnection(room), once);
    let code = 0;
    const taken = await room.measure(TIMES, async () => {
      code = await room.connect(newConnection(room), once);
    });
    return { code, taken };
  },
};

const setEntries: FrameOf = (room) => ({
  ...{ action: 'setEntries', room: room.room, autoDelete: false, overwrite: true },
  entries: { [`k${Number(room.nextId()) % 10}`]: 'v' },
});

/** All that a user can do over a connection, plain sends first. */
export const HOSTILE_ACTS: readonly Act[] = [
  frameAct('send', 'sendsPerSecond', sendOf),
  inAndOut('join, 50 messages', 'join'),
  newRoom,
  inAndOut('leave', 'leave'),
  frameAct('history', 'historyReadsPerMinute', inRoom('history', { timestampMs: 0, order: 'descending', count: 50 })),
  frameAct('getEntries', 'historyReadsPerMinute', inRoom('getEntries', { afterKey: '' })),
  frameAct('repair', 'repairsPerMinute', inRoom('repair', { afterSeq: 0, beforeSeq: 51 })),
  frameAct('setEntries, one key', 'attributeChangesPerMinute', setEntries),
  recall,
  frameAct('info', 'infoReadsPerMinute', inRoom('info', { memberCount: 20, order: 'ascending' })),
  frameAct('ping', 'pingsPerMinute', () => ({ action: 'ping' })),
  beat,
  connect,
];
