import { answer, ask, define, nameOf } from '../act.ts';
import { readRow } from '../member-steps.ts';
import type { Fact, Outcome, Step, Steps } from '../process.ts';
import { changeRoom, readRoom, removeRoom } from '../room-steps.ts';
import { isEvicted, isMember, isOnRow } from '../rules.ts';
import type { Room, Row, World } from '../world.ts';
import { readRows } from './accept.ts';
import { forgetRow } from './ends.ts';

const byCall = () => 'the destruction of the room';

export const destroyRoom = define('destroy', byCall, function* (_: object, on): Steps {
  const room = yield* ask(readRoom());
  if (room.life === 'none') return undefined;
  if (room.life === 'live') {
    const guard = { epoch: on('a destruction names its room epoch'), live: true };
    const ended = yield* ask(
      changeRoom('destroys the room', room.epoch, guard, (now) => ({ ...now, life: 'destroyed' })),
    );
    if (ended === null) return undefined;
  }
  return removeRows({ epoch: room.epoch }, on);
});

/** Removes the rows of a destroyed room. */
export const removeRows = define('remove rows', byCall, function* ({ epoch }: { epoch: number }, on): Steps {
  const isOfEpoch = on('a destruction removes only rows of its epoch');
  const rows: readonly Row[] = yield* ask(readRows(isOfEpoch ? epoch : undefined));
  for (const row of rows) yield* forgetRow(row, on, 'a destruction removes the rows that it has read');
  yield removeRoom(epoch, on('the removal of a room names what was destroyed'));
  return undefined;
});

/** The sweep ends a room that nobody has used for a tick. */
export const expireRoom = define(
  'expire',
  () => 'the sweep',
  function* (_: object, on): Steps {
    const room = yield* ask(readRoom());
    if (room.life !== 'live' || !(yield* ask<boolean>(isIdle(room)))) return undefined;
    const write = changeRoom(
      'destroys the room, because it is idle',
      room.epoch,
      { epoch: true, live: true },
      (now) => {
        const isUsed = now.seq !== room.seq || now.active !== room.active || now.version !== room.version;
        return isUsed && on('a room expires unchanged since the read') ? null : { ...now, life: 'destroyed' };
      },
    );
    const ended = yield* ask<Room | null>({
      ...write,
      run: (world, free) => write.run(world, free).map((made) => early(world, made)),
    });
    return ended === null ? undefined : removeRows({ epoch: room.epoch }, on);
  },
);

const isIdle = (room: Room): Step => ({
  text: 'compares its last use with the clock',
  instant: true,
  run: (world) => [{ world, result: Math.max(room.active, room.at) < world.now }],
});

function early(before: World, made: Outcome): Outcome {
  const { room, now, lastUse } = before;
  if (made.result === null || Math.max(room.active, room.at, lastUse) < now) return made;
  const broken: Fact = { kind: 'broken', rule: 'I-R2', why: 'a room in use has expired' };
  return { ...made, facts: [...(made.facts ?? []), broken] };
}

interface OfUser {
  readonly user: number;
}

const byQuery = ({ user }: OfUser) => `a query for ${nameOf(user)}`;

/** Reads whether a user is a member. */
export const queryMember = define('query', byQuery, function* ({ user }: OfUser, on): Steps {
  yield answer('begins', (world) => ({
    world: { ...world, watch: { user, alwaysIn: true, neverIn: true } },
    result: null,
  }));
  return queryRow({ user }, on);
});

const queryRow = define('query row', byQuery, function* ({ user }: OfUser, on): Steps {
  const row = yield* ask(readRow(user));
  const room = yield* ask(readRoom());
  if (isOnRow(row, room) && isEvicted(row, room) && on('a query reads an evicted row once more')) {
    const again = yield* ask(readRow(user));
    if (again.revision !== row.revision && again.revision !== 0) return queryRow({ user }, on);
  }
  yield answerQuery(isMember(row, room));
  return undefined;
});

const answerQuery = (isShown: boolean): Step =>
  answer(`answers: ${isShown ? 'a member' : 'no member'}`, (world) => {
    const { alwaysIn = false, neverIn = false } = world.watch ?? {};
    const facts: Fact[] = [];
    if (alwaysIn && !isShown) facts.push({ kind: 'broken', rule: 'I-M17', why: 'a query omitted a member' });
    if (neverIn && isShown)
      facts.push({ kind: 'broken', rule: 'I-M4', why: 'a query showed a user who had been removed' });
    return { world: { ...world, watch: null }, result: null, facts };
  });
