import { ask, define, either, nameOf, nameOfConnection } from '../act.ts';
import { addRoom, readLink } from '../connection-steps.ts';
import type { GuardName, Guards } from '../guards.ts';
import { putRow, readEnd, readRow } from '../member-steps.ts';
import type { Step, Steps } from '../process.ts';
import { changeRoom, createRoom, readRoom } from '../room-steps.ts';
import { currentRow, isEvicted, joined, withConnection } from '../rules.ts';
import { type Room, type Row, type Session, userOf } from '../world.ts';
import { answerEnded, answerJoined, answerRefused, clock } from './answers.ts';
import { disconnectMember } from './disconnect.ts';
import { endMembership, forgetRow } from './ends.ts';

interface Request {
  readonly connection: number;
  readonly resume: Session | null;
}
interface Entry extends Request {
  readonly room: Room;
  readonly row: Row;
}

const by = ({ connection, resume }: Request) =>
  `the ${resume === null ? 'join' : 'resume'} of ${nameOfConnection(connection)}`;

/** A later decision needs no more of the room. */
const forEviction = (room: Room): Room => ({ ...room, version: 0, sent: [] });

export const joinRoom = define('join', by, function* (request: Request, on): Steps {
  const { connection, resume } = request;
  const user = userOf(connection);
  const [room, row] = yield* readBoth(user);
  if (room.life !== 'live') {
    if (resume !== null) {
      yield answerEnded(connection, resume, 'destroyed');
      return undefined;
    }
  } else {
    const refused = yield* refuseEntry(request, currentRow(row, room.epoch), room, on);
    if (refused === 'again') return joinRoom(request, on);
    if (refused === 'refused') return undefined;
  }
  const live = room.life === 'live' ? room : yield* createOrRead(on);
  return live === null ? undefined : enterRoom({ ...request, room: forEviction(live), row }, on);
});

/** The room first: a row that changes before its read is as new, and one that changes after it refuses the write. */
function* readBoth(user: number): Generator<Step, readonly [Room, Row], never> {
  const room = yield* ask(readRoom());
  return [room, yield* ask(readRow(user))];
}

function* createOrRead(on: Guards): Generator<Step, Room | null, never> {
  const created = yield* ask(createRoom(on('a room is created only where none lives')));
  if (created !== null) return created;
  const other = yield* ask(readRoom());
  return other.life === 'live' ? other : null;
}

/** Why the row refuses the join; 'again' = it has changed since it was read. */
function* refuseEntry(
  { connection, resume }: Request,
  member: Row,
  room: Room,
  on: Guards,
): Generator<Step, 'again' | 'refused' | undefined, never> {
  if (resume !== null && resume.epoch !== room.epoch && on('a resume names its room epoch')) {
    yield answerEnded(connection, resume, 'destroyed');
    return 'refused';
  }
  if (member.blocked && on('a join reads the block')) {
    yield answerRefused('blocked');
    return 'refused';
  }
  if (resume === null) return undefined;
  if (member.membership !== 0 && isEvicted(member, room)) {
    if (!(yield* endMembership(member, 'offline', on, 'a resume ends the row that it has read'))) return 'again';
    yield answerEnded(connection, resume, 'offline');
    return 'refused';
  }
  const isSame = member.membership === resume.membership;
  if (isSame || (member.membership !== 0 && !on('a resume names its membership'))) return undefined;
  const { ended } = member;
  const own = ended?.membership === resume.membership ? ended.reason : undefined;
  const noted = own ?? (yield* ask(readEnd(resume.membership)));
  const isSure = noted !== null || !on('a resume without a noted end reads the room again');
  const now = isSure ? room : yield* ask(readRoom('reads the room again'));
  const unnoted = now.life === 'live' && now.epoch === room.epoch ? 'offline' : 'destroyed';
  yield answerEnded(connection, resume, noted ?? unnoted);
  return 'refused';
}

export const enterRoom = define('enter', by, function* (entry: Entry, on): Steps {
  const { connection, room } = entry;
  const request = { connection, resume: entry.resume };
  const isOpen = yield* ask(addRoom(connection, true));
  if (!isOpen) return undefined;
  if ((yield* ask(clock)) > room.active && on('a join is noted before it happens')) {
    const guard = { epoch: true, live: true };
    const noted = yield* ask(
      changeRoom('notes the join on the room', room.epoch, guard, (now, world) => ({
        ...now,
        active: world.now,
      })),
    );
    if (noted === null) return joinRoom(request, on);
  }
  return writeRow(entry, on);
});

const writeRow = define('write', by, function* (entry: Entry, on): Steps {
  const { connection, resume, room, row } = entry;
  const user = userOf(connection);
  const request = { connection, resume };
  const again = function* (): Generator<Step, ReturnType<typeof writeRow>, never> {
    return writeRow({ ...entry, row: yield* ask(readRow(user)) }, on);
  };
  if (row.revision !== 0 && row.epoch !== room.epoch && on('a join overwrites no row of a newer room')) {
    if ((yield* ask(readRoom())).epoch !== room.epoch) return joinRoom(request, on);
  }
  const member = currentRow(row, room.epoch);
  const refused = yield* refuseEntry(request, member, room, on);
  if (refused === 'again') return yield* again();
  if (refused === 'refused') return undefined;
  if (member.membership !== 0 && isEvicted(member, room)) {
    yield* endMembership(member, 'offline', on, 'a join ends the row that it has read');
    return yield* again();
  }
  const isFresh = member.membership === 0;
  const guard: GuardName = 'a join writes the row that it has read';
  const stored = yield* ask(
    putRow(isFresh ? joined(member, connection) : withConnection(member, connection), {
      text: `writes ${nameOf(user)}'s row: ${isFresh ? 'a new member' : 'one more connection'}`,
      ...{ read: member, guarded: on(guard), random: on('the first revision of a row is random') },
      ...{ event: isFresh ? 'joined' : undefined, resumes: connection },
    }),
  );
  if (stored === null) return yield* again();
  return checkJoin(
    { ...request, epoch: room.epoch, before: { ...emptied(member), mark: member.mark }, member: stored },
    on,
  );
});

/** Only the mark matters later. */
const emptied = (row: Row): Row => ({ ...row, revision: 0, connections: [], disconnectedDevices: [], ended: null });

interface Written extends Request {
  readonly epoch: number;
  readonly before: Row;
  readonly member: Row;
}

/** What is read again after the write. */
const checkJoin = define('check', by, function* (written: Written, on): Steps {
  const { connection, resume, epoch, before, member } = written;
  const isRoomFirst = yield* ask(either('begins with the room'));
  const early = isRoomFirst ? yield* ask(readRoom('reads the room again')) : undefined;
  if (on('a join reads the connection again') && !(yield* isStillOpen(connection, on)))
    return disconnectMember({ connection }, on);
  const now = early ?? (yield* ask(readRoom('reads the room again')));
  if ((now.life !== 'live' || now.epoch !== epoch) && on('a join reads the room again')) {
    yield* forgetRow(member, on, 'a join forgets the row that it has written');
    return joinRoom({ connection, resume }, on);
  }
  if (isEvicted(before, now) && now.epoch === epoch && on('a join reads the eviction after its write')) {
    yield* endMembership(member, 'offline', on, 'a join ends the row that it has written', connection);
    return joinRoom({ connection, resume }, on);
  }
  yield answerJoined(connection, { membership: member.membership, epoch }, resume);
  return undefined;
});

export function* isStillOpen(connection: number, on: Guards): Generator<Step, boolean, never> {
  const link = yield* ask(readLink(connection, "reads the connection's row again"));
  if (link.is !== 'open') return false;
  if (link.hasRoom || !on('a join notes the room again')) return true;
  return yield* ask(addRoom(connection, true));
}
