import { type Access, FORCE_CLOSED_KEPT_MS, isForceClosed, isLockedOut } from '../../domain/access.ts';
import { isMarked, type LimitedAction, limitPerMinute, sendTurnOf, turnOf, turnsInUse } from '../../domain/turns.ts';
import { Code } from '../../protocol/codes.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from '../deps.ts';

/** What a frame is about to do. */
export type TurnRequest =
  | {
      readonly action: LimitedAction;
      readonly cost?: number;
      /** What a refusal calls it, where that is not what the action is called after. */
      readonly operation?: string;
    }
  /** `key` is the same for all attempts at one message. */
  | { readonly action: 'send'; readonly key: string };

/** A frame that may be served, as far as its user and its connection are concerned. */
export interface Turn {
  readonly connection: Connection;
  readonly access: Access;
  /**
   * Comes after all checks that can refuse, and before the first write and whatever is dear to read: from then on the frame
   * counts. `also`: it does this too. 'again' = what the checks may have looked at has changed: ask once more.
   */
  take(also?: LimitedAction): Promise<'taken' | 'again' | Refusal>;
}

interface Rows {
  readonly connection: Connection;
  readonly access: Access;
  /** Read consistently. */
  readonly isExact: boolean;
}

/**
 * May this user do this now, by this connection? Reads their two rows, perhaps as they were a moment ago, and refuses
 * without a write. `take` is conditional on the row of the user's access as read, which a block everywhere, an expiry of
 * tokens and the cut of a connection change: so after their answer no turn is taken against them. Without a limit there is
 * nothing to write, and the rows are read as they are.
 */
export async function askTurn(deps: Deps, caller: Caller, request: TurnRequest): Promise<Turn | Refusal> {
  const isFree = request.action !== 'send' && limitPerMinute(deps.settings, request.action) === 0;
  const glance = isFree ? undefined : await glanceRows(deps, caller);
  const isEnough = glance !== undefined && !mayBeLifted(deps, glance, request);
  const rows = isEnough ? glance : await readRows(deps, caller);
  if (rows === undefined) return closed(request);
  const decided = decide(deps, rows, [request]);
  if ('code' in decided) return decided;
  let isTaken = false;
  return {
    ...rows,
    take: async (also) => {
      if (isTaken && also === undefined) return 'taken';
      const more: TurnRequest[] = also === undefined ? [] : [{ action: also }];
      const [first = request, ...rest] = isTaken ? more : [request, ...more];
      const outcome = await takeAs(deps, caller, rows, [first, ...rest]);
      isTaken ||= outcome === 'taken';
      return outcome;
    },
  };
}

/** All else that a glance forbids stays forbidden. */
function mayBeLifted(deps: Deps, { access }: Rows, { action }: TurnRequest): boolean {
  const nowMs = deps.now();
  const isTalk = action === 'send' || action === 'attributes';
  return isLockedOut(access, nowMs) || (isTalk && nowMs < access.mutedUntilMs);
}

/** Serves a frame, and once more where what its checks looked at has changed before it took its turn. */
export async function inTurn<T extends object>(
  deps: Deps,
  caller: Caller,
  request: TurnRequest,
  serve: (turn: Turn) => Promise<T | 'again' | Refusal>,
): Promise<T | Refusal> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const turn = await askTurn(deps, caller, request);
    if ('code' in turn) return turn;
    const outcome = await serve(turn);
    if (outcome !== 'again') return outcome;
  }
  return busy(request);
}

const busy = (request: TurnRequest) =>
  refuse(Code.REQUEST_TOO_FAST, `unable to ${operationOf(request)}; too much at once`, { retryAfterMs: 500 });

/** What is taken together; the first one is what the frame is about. */
type Requests = readonly [TurnRequest, ...TurnRequest[]];

/** A turn of what comes before there is a connection; `access` may be a moment old. undefined = it is taken. */
export async function takeFirstTurn(
  deps: Deps,
  userId: UserId,
  access: Access,
  action: LimitedAction,
): Promise<Refusal | undefined> {
  let read = access;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const next = takeOne(deps, read, { action });
    if ('code' in next) return next;
    if (next === read || (await deps.store.takeTurn(userId, trimmed(deps, next)))) return undefined;
    read = await deps.store.getAccess(userId);
  }
  return busy({ action });
}

/** By the rows as read, or as they are where another Lambda has written that of the access meanwhile. */
async function takeAs(deps: Deps, caller: Caller, read: Rows, requests: Requests) {
  let rows = read;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const next = decide(deps, rows, requests);
    if ('code' in next) return next;
    const isTaken = next === rows.access ? rows.isExact : await deps.store.takeTurn(caller.userId, next);
    if (isTaken) return 'taken';
    const now = await readRows(deps, caller);
    if (now === undefined) return closed(requests[0]);
    if (hasChanged(read.access, now.access, requests)) return decideAgain(deps, now, requests);
    rows = now;
  }
  return busy(requests[0]);
}

function decideAgain(deps: Deps, rows: Rows, requests: Requests): 'again' | Refusal {
  const decided = decide(deps, rows, requests);
  return 'code' in decided ? decided : 'again';
}

/** What a use case decides by itself: whether the user is muted, and whether the message was sent before. */
function hasChanged(before: Access, now: Access, requests: Requests): boolean {
  const marked = ({ sends }: Access) =>
    requests.some((one) => one.action === 'send' && sends.some(({ key }) => key === one.key));
  return before.mutedUntilMs !== now.mutedUntilMs || marked(before) !== marked(now);
}

/** The access with these turns taken; the very same where there is nothing to take. */
function decide(deps: Deps, { connection, access }: Rows, requests: Requests): Access | Refusal {
  const nowMs = deps.now();
  const [request] = requests;
  if (connection.closedAtMs !== undefined || isForceClosed(access, connection.connectionId)) return closed(request);
  const deed = operationOf(request);
  if (isLockedOut(access, nowMs)) {
    return refuse(Code.BLOCKED, `unable to ${deed}; blocked for now`, { reason: 'blocked' });
  }
  if (connection.tokenIssuedAtMs < access.tokensValidFromMs) {
    return refuse(Code.TOKEN_EXPIRED, `unable to ${deed}; the token has expired`);
  }
  let next = access;
  for (const one of requests) {
    const decided = takeOne(deps, next, one);
    if ('code' in decided) return decided;
    next = decided;
  }
  return next === access ? access : trimmed(deps, next);
}

/** Without what is of no use any more. */
function trimmed(deps: Deps, access: Access): Access {
  const nowMs = deps.now();
  const cut = access.forceClosed.filter(({ atMs }) => nowMs - atMs < FORCE_CLOSED_KEPT_MS);
  return { ...access, turns: turnsInUse(access.turns, nowMs), forceClosed: cut };
}

function takeOne(deps: Deps, access: Access, request: TurnRequest): Access | Refusal {
  if (request.action === 'send') return takeSend(deps, access, request.key);
  const { action, cost = 1 } = request;
  const perMinute = limitPerMinute(deps.settings, action);
  if (perMinute === 0) return access;
  const turn = turnOf(access.turns[action] ?? 0, perMinute, cost, deps.now());
  if (turn.kind === 'turn') return { ...access, turns: { ...access.turns, [action]: turn.tatMs } };
  const { retryAfterMs } = turn;
  return refuse(Code.REQUEST_TOO_FAST, `unable to ${operationOf(request)}; too often in one minute`, { retryAfterMs });
}

/** A send that is repeated while an attempt may be under way sends nothing: it asks what became of that. */
function takeSend(deps: Deps, access: Access, key: string): Access | Refusal {
  const nowMs = deps.now();
  if (isMarked(access.sends, key, nowMs)) {
    const asked = takeOne(deps, access, { action: 'repair' });
    return 'revision' in asked ? asked : { ...asked, code: Code.SEND_TOO_FAST };
  }
  const turn = sendTurnOf(access.sends, key, deps.settings.sendsPerSecond, nowMs);
  if (turn.kind === 'turn') return { ...access, sends: turn.sends };
  const { retryAfterMs } = turn;
  return refuse(Code.SEND_TOO_FAST, 'unable to send the message; too many in one second', { retryAfterMs });
}

/** undefined = the connection's row is not there: it was opened just now, or closed so long ago that its row is gone. */
async function glanceRows(deps: Deps, caller: Caller): Promise<Rows | undefined> {
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

/** A socket without a row was to be closed long ago. */
async function openRow(deps: Deps, caller: Caller): Promise<Connection | undefined> {
  const connection = await deps.store.getConnection(caller);
  if (connection === undefined) await deps.push.close(caller.connectionId);
  return connection;
}

const closed = (request: TurnRequest) =>
  refuse(Code.DISCONNECTED, `unable to ${operationOf(request)}; the connection is closed`);

const OPERATIONS: Readonly<Record<TurnRequest['action'], string>> = {
  join: 'join the room',
  newRoom: 'make the room',
  leave: 'leave the room',
  send: 'send the message',
  history: 'read the history',
  repair: 'read what is missing',
  attributes: 'change the attributes',
  recall: 'recall the message',
  ping: 'answer',
  connect: 'connect',
};

/** What a refusal calls it. */
export function operationOf(request: TurnRequest): string {
  return (request.action === 'send' ? undefined : request.operation) ?? OPERATIONS[request.action];
}
