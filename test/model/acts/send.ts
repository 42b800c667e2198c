import { ask, define, nameOf, one, type StepOf } from '../act.ts';
import { addRoom } from '../connection-steps.ts';
import type { Guards } from '../guards.ts';
import { putRow, readRow } from '../member-steps.ts';
import type { Step, Steps } from '../process.ts';
import { readRoom } from '../room-steps.ts';
import { ascending, currentRow, hasDevice, isEvicted, withConnection } from '../rules.ts';
import { type Access, at, deviceOf, type Row, replaced, userOf } from '../world.ts';
import { accept, by, type Decided, type Message } from './accept.ts';
import { answerJoined } from './answers.ts';
import { disconnectMember } from './disconnect.ts';
import { endMembership } from './ends.ts';
import { isStillOpen } from './join.ts';

export const publish = define('publish', by, function* (message: Message, on): Steps {
  const room = yield* ask(readRoom());
  if (room.life !== 'live') return undefined;
  return accept({ ...message, epoch: room.epoch, version: null, seq: room.seq, at: room.at }, on);
});

export const send = define('send', by, function* (message: Message, on): Steps {
  const connection = message.connection ?? 0;
  const user = userOf(connection);
  const access = message.id === null ? undefined : yield* ask(readAccess(user));
  const isRoomFirst = on('a send reads the room before the row');
  const first = isRoomFirst ? yield* ask(readRoom()) : undefined;
  const row = yield* ask(readRow(user));
  const room = first ?? (yield* ask(readRoom()));
  if (room.life !== 'live') return undefined;
  if (message.id !== null && room.sent.includes(message.id) && on('a repeated send is found')) return undefined;
  const member = currentRow(row, room.epoch);
  const isUnknown = member.membership !== 0 && !member.connections.includes(connection);
  const resumes = isUnknown && hasDevice(member, deviceOf(connection));
  if (member.blocked || member.membership === 0) return unmark(message, on);
  if (isEvicted(member, room)) {
    const isEnded = yield* endMembership(member, 'offline', on, 'a send ends the row that it has read');
    return isEnded ? unmark(message, on) : send(message, on);
  }
  if (isUnknown && !resumes) return unmark(message, on);
  const position = { epoch: room.epoch, version: room.version, seq: room.seq, at: room.at };
  const marked = access === undefined ? message : yield* mark(message, access, on);
  if (marked === undefined || marked === 'again') return marked === 'again' ? send(message, on) : undefined;
  return resumes ? resumeBySend({ ...marked, ...position, member }, on) : accept({ ...marked, ...position }, on);
});

const readAccess = (user: number): StepOf<Access> => ({
  text: "reads the user's sends under way",
  run: (world) => one(world, at(world.access, user)),
});

const writeAccess = (
  user: number,
  read: Access | undefined,
  marks: (before: readonly string[]) => readonly string[],
): StepOf<boolean> => ({
  text: "writes the user's sends under way",
  run: (world) => {
    const now = at(world.access, user);
    if (read !== undefined && now.revision !== read.revision) return one(world, false);
    const next = { revision: now.revision + 1, marks: marks(now.marks) };
    return one({ ...world, access: replaced(world.access, user, next) }, true);
  },
});

/** The mark keeps any other attempt at this message from running; undefined = another attempt has it. */
function* mark(message: Message, access: Access, on: Guards): Generator<Step, Message | 'again' | undefined, never> {
  const { id, isMarked } = message;
  if (isMarked || id === null) return message;
  if (access.marks.includes(id) && on('a send marks itself')) return undefined;
  const read = on('a mark is written on the row that was read') ? access : undefined;
  const isTaken = yield* ask(
    writeAccess(userOf(message.connection ?? 0), read, (marks) => [...marks, id].toSorted(ascending)),
  );
  return isTaken ? { ...message, isMarked: true } : 'again';
}

/** No message was accepted. */
function unmark(message: Message, on: Guards) {
  return message.isMarked ? removeMark(message, on) : undefined;
}

const removeMark = define('unmark', by, function* ({ connection, id }: Message): Steps {
  const user = userOf(connection ?? 0);
  const access = yield* ask(readAccess(user));
  yield writeAccess(user, access, (marks) => marks.filter((other) => other !== id));
  return undefined;
});

/** A frame of a connection that is not on the row resumes the membership of its device. */
const resumeBySend = define('resume by send', by, function* (args: Decided & { readonly member: Row }, on): Steps {
  const { member, ...decided } = args;
  const { isMarked = false, id, epoch } = decided;
  const connection = args.connection ?? 0;
  const retry = { connection, id, isMarked };
  if (!(yield* ask(addRoom(connection, true)))) return unmark(retry, on);
  const stored = yield* ask(
    putRow(withConnection(member, connection), {
      text: `writes ${nameOf(member.user)}'s row: one more connection`,
      ...{ read: member, guarded: on('a send resumes the row that it has read') },
      ...{ random: on('the first revision of a row is random'), resumes: connection },
    }),
  );
  if (stored === null) return send(retry, on);
  const room = yield* ask(readRoom('reads the room again'));
  if (room.epoch === epoch && isEvicted(member, room) && on('a send reads the eviction after its write')) {
    yield* endMembership(stored, 'offline', on, 'a send ends the row that it has written', connection);
    return unmark(retry, on);
  }
  if (on('a send reads the connection again') && !(yield* isStillOpen(connection, on)))
    return disconnectMember({ connection }, on);
  yield answerJoined(connection, { membership: member.membership, epoch }, null);
  return accept(decided, on);
});
