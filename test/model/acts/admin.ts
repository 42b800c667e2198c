import { ask, define, nameOf } from '../act.ts';
import type { GuardName, Guards } from '../guards.ts';
import { deleteRow, noteEnd, putRow, readRow } from '../member-steps.ts';
import type { Step, Steps } from '../process.ts';
import { allowlist, changeRoom, delist, readRoom } from '../room-steps.ts';
import { currentRow, ended, isEvicted } from '../rules.ts';
import type { Reason, Room, Row } from '../world.ts';
import { acknowledge } from './answers.ts';
import { endMembership } from './ends.ts';

interface OfUser {
  readonly user: number;
}

export const blockUser = define(
  'block',
  ({ user }: OfUser) => `the block of ${nameOf(user)}`,
  function* ({ user }, on): Steps {
    const room = yield* ask(readRoom());
    return room.life === 'live' ? blockRow({ user, room: { ...room, version: 0, sent: [] } }, on) : undefined;
  },
);

interface InRoom extends OfUser {
  readonly room: Room;
}

const blockRow = define(
  'block row',
  ({ user }: InRoom) => `the block of ${nameOf(user)}`,
  function* (args: InRoom, on): Steps {
    const { user, room } = args;
    const row = yield* ask(readRow(user));
    const isOther = row.revision !== 0 && row.epoch !== room.epoch;
    const isGone =
      isOther && on('a block overwrites no row of a newer room') && (yield* ask(readRoom())).epoch !== room.epoch;
    if (!isGone) {
      const member = currentRow(row, room.epoch);
      const reason: Reason = isEvicted(member, room) ? 'offline' : 'blocked';
      const isMember = member.membership !== 0;
      if (isMember && reason !== 'offline' && on('the reason is noted before the end'))
        yield noteEnd(member.membership, reason);
      const stored = yield* ask(
        putRow(
          { ...(isMember ? ended(member, reason) : member), blocked: true },
          {
            text: `writes the block on ${nameOf(user)}'s row`,
            ...{ read: member, guarded: on('a block changes the row that it has read') },
            ...{ random: on('the first revision of a row is random'), event: isMember ? reason : undefined },
          },
        ),
      );
      if (stored === null) return blockRow(args, on);
    }
    return acknowledgeBlock({ user, epoch: room.epoch }, on);
  },
);

const acknowledgeBlock = define(
  'block answer',
  ({ user }: OfUser) => `the block of ${nameOf(user)}`,
  function* ({ user, epoch }: OfUser & { readonly epoch: number }, on): Steps {
    if (on('a block raises the version of the send permissions')) {
      const after = yield* ask(changeRoom('raises the version of the send permissions', epoch, BOTH, raised));
      if (after === null) return undefined;
    }
    yield acknowledge('answers: blocked', user, { blockedIn: epoch });
    return undefined;
  },
);

const BOTH = { epoch: true, live: true } as const;
const raised = (room: Room): Room => ({ ...room, version: room.version + 1 });

export const unblockUser = define(
  'unblock',
  ({ user }: OfUser) => `the unblock of ${nameOf(user)}`,
  function* ({ user }, on): Steps {
    yield acknowledge('begins', user, { blockedIn: 0 });
    const room = yield* ask(readRoom());
    return room.life === 'live' ? unblockRow({ user, room: { ...room, version: 0, sent: [] } }, on) : undefined;
  },
);

const unblockRow = define(
  'unblock row',
  ({ user }: InRoom) => `the unblock of ${nameOf(user)}`,
  function* (args: InRoom, on): Steps {
    const row = yield* ask(readRow(args.user));
    if (row.epoch !== args.room.epoch || !row.blocked) return undefined;
    const isDone = yield* writeRest({ ...row, blocked: false }, row, on, 'an unblock changes the row that it has read');
    return isDone ? undefined : unblockRow(args, on);
  },
);

/** Writes what is left of a row, or deletes it. */
function* writeRest(rest: Row, read: Row, on: Guards, guard: GuardName): Generator<Step, boolean, never> {
  const guarded = on(guard);
  const isKept = rest.membership !== 0 || rest.ended !== null || rest.blocked;
  const text = `${isKept ? 'writes' : 'deletes'} what is left on ${nameOf(read.user)}'s row`;
  if (!isKept) return yield* ask(deleteRow(read, undefined, { text, guarded, named: read.membership !== 0 }));
  return (
    (yield* ask(putRow(rest, { text, read, guarded, random: on('the first revision of a row is random') }))) !== null
  );
}

/** After the stream has reported the end that this row names. */
export const settleEnd = define(
  'settle',
  () => "the table's stream",
  function* ({ row }: { readonly row: Row }, on): Steps {
    const isAsked = row.ended?.reason === 'blocked';
    yield* writeRest(
      { ...row, ended: isAsked ? row.ended : null },
      row,
      on,
      'the stream settles the row that it reports',
    );
    return undefined;
  },
);

const ofAllowlist = ({ user }: OfUser) => `the allowlisting of ${nameOf(user)}`;

export const allowlistUser = define('allowlist', ofAllowlist, function* ({ user }: OfUser, on): Steps {
  const room = yield* ask(readRoom());
  if (room.life !== 'live') return undefined;
  const guard = { epoch: on('an allowlisting names its room epoch'), live: true };
  const position = on('the write itself notes the position') ? undefined : { seq: room.seq, at: room.at };
  const after = yield* ask(allowlist(user, room.epoch, guard, position));
  return after === null ? undefined : allowlistRow({ user, room: { ...after, version: 0, sent: [] } }, on);
});

const allowlistRow = define('allowlist row', ofAllowlist, function* ({ user, room }: InRoom, on): Steps {
  const row = yield* ask(readRow(user));
  if (row.epoch === room.epoch && row.mark !== null) {
    if (isEvicted(row, room)) yield* endMembership(row, 'offline', on, 'an allowlisting ends the row that it has read');
    else if (on('an allowlisting rewrites the row of the member')) {
      const random = on('the first revision of a row is random');
      const guarded = on('an allowlisting rewrites the row that it has read');
      yield putRow(row, { text: `writes ${nameOf(user)}'s row again`, read: row, guarded, random });
    }
  }
  yield acknowledge('answers: allowlisted', user, { allowlisted: true });
  return undefined;
});

export const delistUser = define(
  'delist',
  ({ user }: OfUser) => `the delisting of ${nameOf(user)}`,
  function* ({ user }, on): Steps {
    yield acknowledge('begins', user, { allowlisted: false });
    const room = yield* ask(readRoom());
    if (room.life !== 'live') return undefined;
    if (room.allowlisted[user] !== null && on('a delisting ends an evicted membership first')) {
      const row = yield* ask(readRow(user));
      if (row.epoch === room.epoch && isEvicted(row, room)) {
        yield* endMembership(row, 'offline', on, 'a delisting ends the row that it has read');
      }
    }
    yield delist(user, room.epoch, on('a delisting notes the seq'), true);
    return undefined;
  },
);
