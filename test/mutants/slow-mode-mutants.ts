/* Guards of slow mode. */

import { type Mutant, mutant } from './mutant.ts';

const ATTEMPT = 'lib/usecases/steps/send-attempt.ts';

const SLOW_TURN = 'lib/usecases/steps/slow-turn.ts';
const TAKE_TURN = 'lib/usecases/steps/take-turn.ts';
const SLOW_MODE = 'lib/domain/slow-mode.ts';

export const slowModeMutants: readonly Mutant[] = [
  mutant('slow mode holds nobody back', SLOW_TURN, 'if (retryAfterMs <= 0)', 'if (retryAfterMs <= Infinity)'),
  mutant(
    'the interval of slow mode counts from the attempt',
    SLOW_TURN,
    'if (accepted !== undefined) return accepted.sentAtMs',
    'if (accepted !== undefined) return last.atMs',
  ),
  mutant(
    'an attempt of unknown outcome delays no message in slow mode',
    SLOW_TURN,
    'return last.atMs + SEND_KEPT_MS - deps.now();',
    'return 0;',
  ),
  mutant(
    'a turn overwrites the note of another message in slow mode',
    TAKE_TURN,
    'return was?.id !== is?.id || was?.atMs !== is?.atMs;',
    'return false;',
  ),
  mutant(
    'a turn overwrites the note of a repeated attempt in slow mode',
    TAKE_TURN,
    ' || was?.atMs !== is?.atMs;',
    ';',
  ),
  mutant('a message that was refused keeps its note in slow mode', ATTEMPT, 'isNote(send) ? former : [send]', '[send]'),
  mutant(
    'what was refused in slow mode hides the message before it',
    ATTEMPT,
    'isNote(send) ? former : [send]',
    'isNote(send) ? [] : [send]',
  ),
  mutant(
    'a message that waits keeps to the former interval of slow mode',
    ATTEMPT,
    'isNoted && attempt.slowIntervalMs === intervalMs',
    'isNoted',
  ),
  mutant(
    'slow mode is switched on for later sends only',
    'lib/store/dynamodb/rooms.ts',
    "'#sendPermissionVersion = #sendPermissionVersion + :one',\n      ],\n      remove: isOff",
    "'#sendPermissionVersion = if_not_exists(#sendPermissionVersion, :one)',\n      ],\n      remove: isOff",
  ),
  mutant('nobody is exempt from slow mode', SLOW_MODE, 'return isExempt ? 0 : (room', 'return (room'),
  mutant(
    'a note in slow mode is forgotten when the interval is over',
    SLOW_MODE,
    'atMs + intervalMs + 2 * SEND_KEPT_MS',
    'atMs + intervalMs',
  ),
];
