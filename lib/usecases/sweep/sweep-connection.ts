import type { RoomId } from '../../protocol/ids.ts';
import type { Connection, ConnectionTimer, Timer } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { closeLapsed } from '../steps/close-lapsed.ts';
import { goneSinceMs, SETTLED_MS } from '../steps/disconnect-from-rooms.ts';
import { disconnectMember } from '../steps/disconnect-member.ts';
import { type SweepResult, sweepMember } from './sweep-member.ts';
import { sweepPresence } from './sweep-presence.ts';

interface NextTimer {
  readonly timer: Timer;
  readonly atMs: number;
}

/** The result for a connection. Once it is closed, each of its rooms gets a timer of its own, and so does its user. */
export interface ConnectionSweepResult extends SweepResult {
  readonly timers?: readonly NextTimer[];
  readonly evicted?: number;
  /** Rooms that could not be checked. */
  readonly failed?: number;
  /** Some of its rooms could not be checked, in this run or in an earlier one: they are tried again. */
  readonly hasFailed?: boolean;
  /** What is left, if the time was up. */
  readonly rest?: ConnectionTimer;
  /** The check at `nextAtMs` leaves out the rooms up to this one; undefined = it checks all. */
  readonly afterRoom?: RoomId | undefined;
  /** It needs no more checks: its row may be deleted once the members' timers are armed. */
  readonly isOver?: boolean;
}

/**
 * Checks a connection whose lease was to expire by the time of its timer. By now the lease is renewed, or the
 * connection is half-open or closed. Of a closed one it checks at least one room, and begins no further one after `stopMs`.
 * `eventual`: its row, if an eventually consistent read of just now has it.
 */
export async function sweepConnection(
  deps: Deps,
  timer: ConnectionTimer,
  stopMs: number,
  eventual: Connection | undefined,
): Promise<ConnectionSweepResult> {
  const { userId, connectionId } = timer;
  const key = { userId, connectionId };
  // A row that was closed long ago no longer changes, so the eventually consistent read is enough.
  const connection = isDecided(deps, eventual) ? eventual : await deps.store.getConnection(key);
  if (connection === undefined) return {};
  if (connection.closedAtMs !== undefined) return checkRoomsOf(deps, connection, timer, stopMs);
  const aliveUntilMs = connection.leaseUntilMs;
  if (deps.now() < aliveUntilMs) return { nextAtMs: aliveUntilMs, did: 'alive' };
  const closed = await closeLapsed(deps, connection);
  // Another call has renewed or closed it concurrently: the next check finds which.
  if (closed === undefined) return { nextAtMs: deps.now() };
  const checked = await checkRoomsOf(deps, closed, timer, stopMs);
  return { ...checked, timers: [...(checked.timers ?? []), ...presenceTimers(deps, closed)], did: 'closed' };
}

function isDecided(deps: Deps, connection: Connection | undefined): boolean {
  if (connection === undefined) return false;
  return connection.closedAtMs === undefined ? deps.now() < connection.leaseUntilMs : isSettled(deps, connection);
}

const isSettled = (deps: Deps, { closedAtMs = 0 }: Connection): boolean => deps.now() >= closedAtMs + SETTLED_MS;

/**
 * The Lambda that closed the connection may have died before it marked the members, and one that joined a room through
 * it may have died before it noticed the close. So the rooms are checked once more when neither can be running any
 * more; a member's timer for a later time is armed only then. After that the row may be deleted.
 */
async function checkRoomsOf(
  deps: Deps,
  connection: Connection,
  timer: ConnectionTimer,
  stopMs: number,
): Promise<ConnectionSweepResult> {
  const { userId, closedAtMs = 0 } = connection;
  const isLast = isSettled(deps, connection);
  const timers: NextTimer[] = [];
  const counts = { evicted: 0, failed: 0 };
  let afterRoom = timer.afterRoom;
  for (const [index, room] of roomsAfter(connection, afterRoom).entries()) {
    // At least one room: otherwise a check that begins late would make no progress.
    if (index > 0 && deps.now() >= stopMs) {
      const rest = { ...timer, afterRoom, hasFailed: counts.failed > 0 ? true : timer.hasFailed };
      return { timers, ...counts, rest };
    }
    const { nextAtMs, did } = await checkRoom(deps, connection, room, () => {
      counts.failed += 1;
    });
    if (nextAtMs !== undefined && (isLast || nextAtMs < closedAtMs + SETTLED_MS))
      timers.push({ timer: { kind: 'member', room, userId }, atMs: nextAtMs });
    if (did === 'evicted') counts.evicted += 1;
    afterRoom = room;
  }
  const checked = { timers, ...counts };
  const hasFailed = counts.failed > 0 || timer.hasFailed;
  // A check that began before that armed no timers for later, however long it took.
  if (!isLast) return hasFailed ? { ...checked, hasFailed } : { ...checked, nextAtMs: closedAtMs + SETTLED_MS };
  return { ...checked, ...(await endOfLast(deps, connection, timers, { afterRoom, hasFailed })) };
}

/** The rooms are done: the user is checked, also where a room has failed, when the row is needed for nothing else. */
async function endOfLast(
  deps: Deps,
  connection: Connection,
  timers: NextTimer[],
  { afterRoom, hasFailed }: Pick<ConnectionTimer, 'afterRoom'> & { readonly hasFailed: boolean | undefined },
): Promise<ConnectionSweepResult> {
  const overAtMs = (connection.closedAtMs ?? 0) + deps.settings.presenceDelayMs;
  const isOver = deps.now() >= overAtMs;
  if (isOver) timers.push(...(await checkUserOf(deps, connection)));
  if (hasFailed) return { hasFailed };
  return isOver ? { isOver } : { nextAtMs: overAtMs, afterRoom };
}

/** The user is offline since the end of the lease, unless another connection is open. */
const presenceTimers = ({ settings }: Deps, { userId, leaseUntilMs }: Connection): readonly NextTimer[] =>
  settings.presenceDelayMs === 0
    ? []
    : [{ timer: { kind: 'presence', userId }, atMs: leaseUntilMs + settings.presenceDelayMs }];

/**
 * The Lambda that closed the connection may have died before it armed the check of its user, or may have closed it after
 * that check. The row says when it ended, so this comes before its deletion.
 */
async function checkUserOf(deps: Deps, { userId }: Connection): Promise<readonly NextTimer[]> {
  const { nextAtMs: atMs } = await sweepPresence(deps, userId);
  return atMs === undefined ? [] : [{ timer: { kind: 'presence', userId }, atMs }];
}

/** Sorted by id, so that the last room that is done is a checkpoint. */
const roomsAfter = ({ rooms }: Connection, afterRoom: RoomId | undefined): readonly RoomId[] =>
  rooms.filter((room) => afterRoom === undefined || room > afterRoom).toSorted((one, other) => (one < other ? -1 : 1));

async function checkRoom(deps: Deps, connection: Connection, room: RoomId, failed: () => void): Promise<SweepResult> {
  try {
    const member = await disconnectMember(deps, room, connection, goneSinceMs(connection));
    return member?.offline === undefined ? {} : await sweepMember(deps, room, connection.userId);
  } catch (fault) {
    deps.onFault('check a room of a connection that is gone', fault);
    failed();
    return {};
  }
}
