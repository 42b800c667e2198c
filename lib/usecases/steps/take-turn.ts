import { type Access, FORCE_CLOSED_KEPT_MS, isForceClosed, isLockedOut } from '../../domain/access.ts';
import { isRefused, type Outcome, type Refused, refused } from '../../domain/outcome.ts';
import { type SlowSend, slowSendsInUse, slowSendTo, withSlowSend } from '../../domain/slow-mode.ts';
import { isMarked, type LimitedAction, limitOf, refillMs, sendTurnOf, turnOf, turnsInUse } from '../../domain/turns.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Caller, Deps } from '../deps.ts';
import { decideOn, tooMuchAtOnce } from './decide-on.ts';

/** What a frame is about to do. */
export type TurnRequest =
  | { readonly action: LimitedAction; readonly cost?: number }
  /** `key` is the same for all attempts at one message. */
  | { readonly action: 'send'; readonly key: string }
  /** Of a message to a room in slow mode: it comes with its `send`. */
  | { readonly action: 'slowSend'; readonly slowSend: SlowSend };

const isLimited = (request: TurnRequest): request is Extract<TurnRequest, { readonly action: LimitedAction }> =>
  request.action !== 'send' && request.action !== 'slowSend';

/** A frame that may be served, as far as its user and its connection are concerned. */
export interface Turn {
  readonly connection: Connection;
  readonly access: Access;
  /**
   * Comes after all checks that can refuse, and before the first write and the expensive reads: from then on the frame
   * counts. `also`: a second request of the same frame. 'again' = what the checks relied on has changed: ask for a new
   * turn.
   */
  take(also?: TurnRequest): Promise<Outcome<'taken' | 'again'>>;
}

interface Rows {
  readonly connection: Connection;
  readonly access: Access;
  /** Read consistently. */
  readonly isExact: boolean;
}

/**
 * May this user do this now, by this connection? Reads their two rows, first eventually consistently, and refuses
 * without a write. `take` is conditional on the user's access as read. A block everywhere, an expiry of tokens and a
 * force-close change that row, so after they are answered no turn is taken against them. Without a limit there is
 * nothing to write, and the rows are read consistently.
 */
export async function askTurn(deps: Deps, caller: Caller, request: TurnRequest): Promise<Outcome<Turn>> {
  const isFree = isLimited(request) && limitOf(deps.settings, request.action) === 0;
  const eventual = isFree ? undefined : await readEventually(deps, caller);
  const isEnough = eventual !== undefined && !mayBeLifted(deps, eventual, request);
  const rows = isEnough ? eventual : await readRows(deps, caller);
  if (rows === undefined) return refused('connection-closed');
  const decided = decide(deps, rows, [request]);
  if (isRefused(decided)) return decided;
  let isTaken = false;
  return {
    ...rows,
    take: async (also) => {
      if (isTaken && also === undefined) return 'taken';
      const more: TurnRequest[] = also === undefined ? [] : [also];
      const outcome = await takeAs(deps, caller, rows, isTaken ? more : [request, ...more]);
      isTaken ||= outcome === 'taken';
      return outcome;
    },
  };
}

/**
 * May a frame that has taken its turn still be served? It has waited for long since, so its rows are read again,
 * consistently.
 */
export async function recheckTurn(deps: Deps, caller: Caller): Promise<Outcome<Turn>> {
  const rows = await readRows(deps, caller);
  if (rows === undefined) return refused('connection-closed');
  const decided = decide(deps, rows, []);
  if (isRefused(decided)) return decided;
  // The room may be in slow mode since.
  return { ...rows, take: async (also) => (also === undefined ? 'taken' : takeAs(deps, caller, rows, [also])) };
}

/**
 * Does this eventually consistent read show a block or a mute that may be over by now? All else that it shows lasts.
 */
function mayBeLifted(deps: Deps, { access }: Rows, { action }: TurnRequest): boolean {
  const nowMs = deps.now();
  const isTalk = action === 'send' || action === 'entries' || action === 'signal';
  return isLockedOut(access, nowMs) || (isTalk && nowMs < access.mutedUntilMs);
}

/** Serves a frame; starts again if what its checks relied on changes before it takes its turn. */
export const inTurn = <T extends object>(
  deps: Deps,
  caller: Caller,
  request: TurnRequest,
  serve: (turn: Turn) => Promise<Outcome<T | 'again'>>,
): Promise<Outcome<T>> =>
  decideOn<Outcome<T>, Refused>(
    deps,
    async () => {
      const turn = await askTurn(deps, caller, request);
      if (isRefused(turn)) return turn;
      const outcome = await serve(turn);
      return outcome === 'again' ? 'conflict' : outcome;
    },
    tooMuchAtOnce,
  );

/** Takes a turn before the connection exists; `access` may come from an eventually consistent read. */
export async function takeFirstTurn(
  deps: Deps,
  userId: UserId,
  access: Access,
  action: LimitedAction,
): Promise<Refused | undefined> {
  let read = access;
  const outcome = await decideOn<Outcome<'taken'>, Refused>(
    deps,
    async () => {
      const next = takeOne(deps, read, { action });
      if (isRefused(next)) return next;
      if (next === read || (await deps.store.takeTurn(userId, trimmed(deps, next)))) return 'taken';
      read = await deps.store.getAccess(userId);
      return 'conflict';
    },
    tooMuchAtOnce,
  );
  return isRefused(outcome) ? outcome : undefined;
}

/** Takes the turns by the rows as read, or as they are now if another Lambda has written the user's access since. */
function takeAs(
  deps: Deps,
  caller: Caller,
  read: Rows,
  requests: readonly TurnRequest[],
): Promise<Outcome<'taken' | 'again'>> {
  let rows = read;
  return decideOn<Outcome<'taken' | 'again'>, Refused>(
    deps,
    async () => {
      const next = decide(deps, rows, requests);
      if (isRefused(next)) return next;
      const isTaken = next === rows.access ? rows.isExact : await deps.store.takeTurn(caller.userId, next);
      if (isTaken) return 'taken';
      const now = await readRows(deps, caller);
      if (now === undefined) return refused('connection-closed');
      if (hasChanged(read.access, now.access, requests)) return decideAgain(deps, now, requests);
      rows = now;
      return 'conflict';
    },
    tooMuchAtOnce,
  );
}

function decideAgain(deps: Deps, rows: Rows, requests: readonly TurnRequest[]): Outcome<'again'> {
  const decided = decide(deps, rows, requests);
  return isRefused(decided) ? decided : 'again';
}

/**
 * Has anything changed that only the use case checks: whether the user is muted, the message was sent before, or another
 * one to the same room in slow mode?
 */
function hasChanged(before: Access, now: Access, requests: readonly TurnRequest[]): boolean {
  const hasMarked = requests.some((one) => {
    if (one.action !== 'send') return false;
    const [was, is] = [before, now].map(({ sends }) => sends.find(({ key }) => key === one.key)?.atMs);
    return was !== is;
  });
  return hasMarked || hasSlowSent(before, now, requests) || before.mutedUntilMs !== now.mutedUntilMs;
}

const hasSlowSent = (before: Access, now: Access, requests: readonly TurnRequest[]): boolean =>
  requests.some((one) => {
    if (one.action !== 'slowSend') return false;
    const [was, is] = [before, now].map(({ slowSends }) => slowSendTo(slowSends, one.slowSend.epoch));
    return was?.id !== is?.id || was?.atMs !== is?.atMs;
  });

/** The access with these turns taken; the same object if there is nothing to take. */
function decide(deps: Deps, { connection, access }: Rows, requests: readonly TurnRequest[]): Outcome<Access> {
  const nowMs = deps.now();
  if (connection.closedAtMs !== undefined || isForceClosed(access, connection.connectionId)) {
    return refused('connection-closed');
  }
  if (isLockedOut(access, nowMs)) return refused('blocked', { endReason: 'blocked' });
  if (connection.tokenIssuedAtMs < access.tokensValidFromMs) return refused('token-expired');
  let next = access;
  for (const one of requests) {
    const decided = takeOne(deps, next, one);
    if (isRefused(decided)) return decided;
    next = decided;
  }
  return next === access ? access : trimmed(deps, next);
}

/** The access without the turns and force-closed connections that no longer matter. */
function trimmed(deps: Deps, access: Access): Access {
  const nowMs = deps.now();
  const forceClosed = access.forceClosed.filter(({ atMs }) => nowMs - atMs < FORCE_CLOSED_KEPT_MS);
  const slowSends = slowSendsInUse(access.slowSends, nowMs);
  return { ...access, turns: turnsInUse(access.turns, nowMs), slowSends, forceClosed };
}

function takeOne(deps: Deps, access: Access, request: TurnRequest): Outcome<Access> {
  if (request.action === 'send') return takeSend(deps, access, request.key);
  if (request.action === 'slowSend') return takeSlowSend(deps, access, request.slowSend);
  const { action, cost = 1 } = request;
  const turns = limitOf(deps.settings, action);
  if (turns === 0) return access;
  const turn = turnOf(access.turns[action] ?? 0, { turns, refillMs: refillMs(action) }, cost, deps.now());
  if (turn.kind === 'turn') return { ...access, turns: { ...access.turns, [action]: turn.tatMs } };
  const { retryAfterMs } = turn;
  return refused(action === 'signal' ? 'too-many-sends' : 'too-many-requests', { retryAfterMs });
}

/** A send that is repeated while an attempt may be in progress sends nothing: it only asks for the outcome. */
function takeSend(deps: Deps, access: Access, key: string): Outcome<Access> {
  const nowMs = deps.now();
  if (isMarked(access.sends, key, nowMs)) {
    const asked = takeOne(deps, access, { action: 'repair' });
    return isRefused(asked) ? refused('too-many-sends', { ...asked.detail, why: asked.why }) : asked;
  }
  const turn = sendTurnOf(access.sends, key, deps.settings.sendsPerSecond, nowMs);
  if (turn.kind === 'turn') return { ...access, sends: turn.sends };
  return refused('too-many-sends', { retryAfterMs: turn.retryAfterMs });
}

function takeSlowSend(deps: Deps, access: Access, slowSend: SlowSend): Outcome<Access> {
  const slowSends = withSlowSend(access.slowSends, slowSend);
  if (typeof slowSends !== 'number') return { ...access, slowSends };
  return refused('slow-mode', { why: 'too many rooms in slow mode', retryAfterMs: slowSends - deps.now() });
}

/**
 * undefined = the connection's row is not there: it was opened just now, or closed so long ago that its row is gone.
 */
async function readEventually(deps: Deps, caller: Caller): Promise<Rows | undefined> {
  const [connection, access] = await Promise.all([
    caller.seen ?? deps.store.getConnectionEventually(caller),
    deps.store.getAccess(caller.userId, 'eventual'),
  ]);
  return connection === undefined ? undefined : { connection, access, isExact: false };
}

async function readRows(deps: Deps, caller: Caller): Promise<Rows | undefined> {
  const [connection, access] = await Promise.all([openRow(deps, caller), deps.store.getAccess(caller.userId)]);
  return connection === undefined ? undefined : { connection, access, isExact: true };
}

/** A socket without a row should have been closed long ago. */
async function openRow(deps: Deps, caller: Caller): Promise<Connection | undefined> {
  const connection = await deps.store.getConnection(caller);
  if (connection === undefined) await deps.push.close(caller.connectionId);
  return connection;
}
