/* Guards of the events of who is online. */

import { type Mutant, mutant } from './mutant.ts';

const PRESENCE = 'lib/domain/presence.ts';
const PRESENCES = 'lib/store/dynamodb/presences.ts';
const CHECK = 'lib/usecases/sweep/sweep-presence.ts';
const CONNECTION = 'lib/usecases/sweep/sweep-connection.ts';

export const presenceMutants: readonly Mutant[] = [
  mutant('presence: exactly the delay is too short', PRESENCE, 'if (nowMs < untilMs)', 'if (nowMs <= untilMs)'),
  mutant('presence: the delay is not waited for', PRESENCE, 'if (nowMs < untilMs)', 'if (nowMs < 0)'),
  mutant(
    'presence: two events may have one time',
    PRESENCE,
    'Math.max(seen.sinceMs, (announced?.sinceMs ?? 0) + 1)',
    'seen.sinceMs',
  ),
  mutant(
    'presence: a lease that is over is an end, before the connection is closed',
    PRESENCE,
    'return open.length > 0 ? undefined : {',
    'return {',
  ),
  mutant('presence: a connection continues none', PRESENCE, 'endOf(life) >= startMs', 'endOf(life) >= Infinity'),
  mutant('presence: a gap is none', PRESENCE, 'endOf(life) >= startMs', 'endOf(life) >= 0'),
  mutant(
    'presence: it is announced whatever was announced since',
    PRESENCES,
    "ConditionExpression: '#sinceMs = :sinceMs'",
    "ConditionExpression: 'attribute_exists(pk) OR #sinceMs = :sinceMs'",
  ),
  mutant(
    'presence: the first one is announced twice',
    PRESENCES,
    "'attribute_not_exists(pk) OR #expiresAtSec <= :nowSec'",
    "'attribute_not_exists(pk) OR attribute_exists(pk) OR #expiresAtSec <= :nowSec'",
  ),
  mutant(
    'presence: a check does not look again after its write',
    CHECK,
    'return isDone ? sweepPresence(deps, userId) :',
    'return isDone ? {} :',
  ),
  mutant('presence: a check that was refused does not check again', CHECK, ': { nextAtMs: nowMs };', ': {};'),
  mutant(
    'presence: the time of a check is that after its read',
    CHECK,
    'decidePresence(announced, presenceOf(connections, nowMs), nowMs, presenceDelayMs)',
    'decidePresence(announced, presenceOf(connections, nowMs), deps.now(), presenceDelayMs)',
  ),
  mutant(
    'presence: the end of a lease arms no check',
    CONNECTION,
    'timers: [...(checked.timers ?? []), ...presenceTimers(deps, closed)]',
    'timers: checked.timers ?? []',
  ),
  mutant(
    'presence: a connect arms no check',
    'lib/usecases/open-connection.ts',
    '  await armPresence(deps, caller.userId, own.openedAtMs);\n',
    '',
  ),
  mutant(
    'presence: a force-close arms no check',
    'lib/usecases/steps/force-close-connections.ts',
    '    await armPresenceAfterEnd(deps, userId, deps.now());\n',
    '',
  ),
  mutant(
    'presence: an end whose check cannot be armed fails',
    'lib/usecases/steps/arm-presence.ts',
    "deps.onFault('arm the check whether a user is online', fault);",
    'throw fault;',
  ),
  mutant('presence: the row of one who is offline stays', CHECK, "step.next.state === 'offline' ?", 'false ?'),
  mutant(
    'presence: the row of a closed connection is deleted within the delay',
    CONNECTION,
    '?? 0) + deps.settings.presenceDelayMs;',
    '?? 0);',
  ),
  mutant(
    'presence: the last check of a connection does not check its user',
    CONNECTION,
    '  if (isOver) timers.push(...(await checkUserOf(deps, connection)));\n',
    '',
  ),
  mutant(
    'presence: a room that cannot be read keeps its user from being checked',
    CONNECTION,
    'if (isOver) timers',
    'if (isOver && !hasFailed) timers',
  ),
  mutant(
    'presence: the rooms of a closed connection are checked again after the delay',
    CONNECTION,
    'nextAtMs: overAtMs, afterRoom',
    'nextAtMs: overAtMs',
  ),
  mutant(
    'the last check of a closed connection is the one that ends after a minute',
    CONNECTION,
    'if (!isLast) return',
    'if (!isSettled(deps, connection)) return',
  ),
  mutant(
    'presence: the end of a connection that a post finds gone arms no check',
    'lib/usecases/steps/post-frames.ts',
    '    await armPresenceAfterEnd(deps, target.userId, deps.now());\n',
    '',
  ),
  mutant(
    'presence: a connect that is refused arms no check',
    'lib/usecases/open-connection.ts',
    '    await armPresenceAfterEnd(deps, caller.userId, deps.now());\n',
    '',
  ),
  mutant(
    'presence: the check of a user is armed before the connection is there',
    'lib/usecases/open-connection.ts',
    '  const opened = await deps.store.openConnection(own);\n',
    "  await armPresence(deps, caller.userId, own.openedAtMs);\n  const opened = await deps.store.openConnection(own);\n  if (opened) return 'open';\n",
  ),
  mutant(
    'presence: each end of a closed connection arms a check',
    'lib/usecases/close-connection.ts',
    'else if (closed.closedAtMs === atMs)',
    'else if (closed.closedAtMs !== undefined)',
  ),
  mutant(
    'presence: a disconnect arms no check',
    'lib/usecases/close-connection.ts',
    'else if (closed.closedAtMs === atMs)',
    'else if (closed.closedAtMs === undefined)',
  ),
  mutant(
    'presence: that of a deleted user is kept',
    'lib/usecases/erase-users.ts',
    'if (deps.settings.presenceDelayMs > 0) await deps.store.deletePresence(user);',
    '',
  ),
];
