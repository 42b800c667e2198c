import { ask, define, nameOf, nameOfConnection } from '../act.ts';
import { addRoom, removeRoomOf } from '../connection-steps.ts';
import { putRow, readRow } from '../member-steps.ts';
import type { Steps } from '../process.ts';
import { readRoom } from '../room-steps.ts';
import { currentRow, isEvicted, withoutDevice } from '../rules.ts';
import { deviceOf, type Room, userOf } from '../world.ts';
import { answerRefused, clock, startLeave } from './answers.ts';
import { disconnectMember } from './disconnect.ts';
import { endMembership } from './ends.ts';

interface OfConnection {
  readonly connection: number;
}

const by = ({ connection }: OfConnection) => `the leave of ${nameOfConnection(connection)}`;

export const leaveRoom = define('leave', by, function* ({ connection }: OfConnection, on): Steps {
  yield startLeave(connection);
  const room = yield* ask(readRoom());
  return room.life === 'live' ? leaveRow({ connection, room: { ...room, version: 0, sent: [] } }, on) : undefined;
});

const leaveRow = define('leave row', by, function* (args: OfConnection & { readonly room: Room }, on): Steps {
  const { connection } = args;
  const user = userOf(connection);
  const row = yield* ask(readRow(user));
  const { room } = args;
  const member = currentRow(row, room.epoch);
  if (member.membership === 0) return undefined;
  if (isEvicted(member, room)) {
    const isEnded = yield* endMembership(member, 'offline', on, 'a leave changes the row that it has read');
    return isEnded ? undefined : leaveRow(args, on);
  }
  let rest = withoutDevice(member, deviceOf(connection), room);
  if (rest !== null && rest.mark !== null) {
    const newest = on('the room of a leave that sets a mark is read after the row') ? yield* ask(readRoom()) : room;
    const now = yield* ask(clock);
    rest = withoutDevice(member, deviceOf(connection), { seq: newest.seq, at: Math.max(now, newest.at) });
  }
  const guard = 'a leave changes the row that it has read';
  const isDone =
    rest === null
      ? yield* endMembership(member, 'left', on, guard, connection)
      : (yield* ask(
          putRow(rest, {
            text: `takes the device off ${nameOf(user)}'s row`,
            ...{ read: member, guarded: on(guard), random: on('the first revision of a row is random') },
          }),
        )) !== null;
  return isDone ? forgetRoom({ connection }, on) : leaveRow(args, on);
});

/** A room too many on the connection's row does no harm; one too few leaves a member online for ever. */
export const forgetRoom = define('forget', by, function* ({ connection }: OfConnection, on): Steps {
  yield removeRoomOf(connection);
  if (!on('a leave notes the room again if the user is in it')) return undefined;
  const row = yield* ask(readRow(userOf(connection)));
  if (row.connections.includes(connection)) {
    if (!(yield* ask(addRoom(connection, true)))) return disconnectMember({ connection }, on);
  }
  yield answerRefused('left');
  return undefined;
});
