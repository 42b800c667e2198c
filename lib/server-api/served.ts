import { isRefused, type Outcome, type Reason, type Refused } from '../domain/outcome.ts';
import { ApiCode, RefusedCall } from './refused-call.ts';

/** What the server API answers where a use case refuses: each reason has its number. */
const CODES: Readonly<Record<Reason, ApiCode>> = {
  'account-cancelled': ApiCode.BAD_PARAMETER,
  blocked: ApiCode.BAD_PARAMETER,
  'connection-closed': ApiCode.BAD_PARAMETER,
  'entries-done-in-part': ApiCode.BAD_PARAMETER,
  'entry-of-another-user': ApiCode.BAD_PARAMETER,
  'list-full': ApiCode.BAD_PARAMETER,
  'logged-in-already': ApiCode.BAD_PARAMETER,
  'logged-in-elsewhere': ApiCode.BAD_PARAMETER,
  'membership-ended': ApiCode.BAD_PARAMETER,
  'message-of-another-user': ApiCode.BAD_PARAMETER,
  muted: ApiCode.BAD_PARAMETER,
  'no-such-entry': ApiCode.NOTHING_TO_REMOVE,
  'no-such-message': ApiCode.BAD_PARAMETER,
  'no-such-room': ApiCode.BAD_PARAMETER,
  'not-a-member': ApiCode.BAD_PARAMETER,
  'outcome-unknown': ApiCode.INTERNAL,
  'no-hook-answer': ApiCode.BAD_PARAMETER,
  'page-too-far': ApiCode.BAD_PARAMETER,
  'refused-by-hook': ApiCode.BAD_PARAMETER,
  'room-flooded': ApiCode.TOO_FAST,
  'room-full': ApiCode.BAD_PARAMETER,
  'room-not-kept': ApiCode.NOTHING_TO_REMOVE,
  'slow-mode': ApiCode.TOO_FAST,
  'token-expired': ApiCode.BAD_PARAMETER,
  'too-many-entries': ApiCode.BAD_PARAMETER,
  'too-many-kept-rooms': ApiCode.TOO_MANY_KEPT_ROOMS,
  'too-many-requests': ApiCode.TOO_FAST,
  'room-too-large': ApiCode.BAD_PARAMETER,
  'too-many-rooms': ApiCode.BAD_PARAMETER,
  'too-many-sends': ApiCode.TOO_FAST,
  'too-much-at-once': ApiCode.TOO_FAST,
  'user-blocked': ApiCode.BAD_PARAMETER,
};

const STATUSES: Readonly<Partial<Record<ApiCode, number>>> = { [ApiCode.TOO_FAST]: 429, [ApiCode.INTERNAL]: 500 };

/**
 * What the use case returned.
 * @throws RefusedCall where it refused: `unable to` and `unableTo`, then why. `more`: what the error reports besides.
 */
export function served<T>(
  outcome: Outcome<T>,
  unableTo: string,
  more: Readonly<Record<string, unknown>> = {},
): Exclude<T, Refused> {
  if (!isRefused(outcome)) return outcome as Exclude<T, Refused>;
  const code = CODES[outcome.reason];
  throw new RefusedCall(STATUSES[code] ?? 400, code, `unable to ${unableTo}; ${outcome.why}`, more);
}

/** The same for calls that answer with nothing where the room does not exist. */
export const servedOr = <T>(outcome: Outcome<T>, otherwise: T): T => (isRefused(outcome) ? otherwise : outcome);
