import type { EndReason } from '../protocol/end-reason.ts';

/** Why a request is refused, and the sentence for it. Each interface has a code of its own for each reason. */
const WHY = {
  'account-cancelled': 'the account was deactivated or deleted',
  blocked: 'blocked for now',
  'connection-closed': 'the connection is closed',
  'entries-done-in-part': 'some of them cannot be; see the errors',
  'entry-of-another-user': 'another user has set it',
  'list-full': 'the list is full',
  'logged-in-already': 'another device of this platform is connected',
  'logged-in-elsewhere': 'another login has followed on this platform',
  'membership-ended': 'not a member any more',
  'message-of-another-user': 'it is of another user',
  muted: 'muted for now',
  'no-such-entry': 'the room has none of this key',
  'no-such-message': 'it is not there',
  'no-such-room': 'the room does not exist',
  'not-a-member': 'not a member of the room',
  'outcome-unknown': 'the outcome is not known yet',
  'no-hook-answer': 'the app, which has a say in it, did not answer',
  'page-too-far': 'a page so far on must be asked for after the one before it',
  'refused-by-hook': 'the app has refused it',
  'room-flooded': 'the room is flooded',
  'room-full': 'it is full',
  'room-not-kept': 'it is not kept',
  'room-too-large': 'the room is too large for signals',
  'slow-mode': 'the room is in slow mode',
  'token-expired': 'the token has expired',
  'too-many-entries': 'the room has as many as it may have',
  'too-many-kept-rooms': 'no more are kept',
  'too-many-requests': 'too often in one minute',
  'too-many-rooms': 'the connection is in as many as it may be',
  'too-many-sends': 'too many in one second',
  'too-much-at-once': 'too much at once',
  'user-blocked': 'the user is blocked for now',
} as const;

export type Reason = keyof typeof WHY;

/** What a refusal says besides its reason. */
export interface RefusalDetail {
  /** Instead of the reason's own sentence. */
  readonly why?: string;
  /** Ask again after this time; without it, asking again does not help. */
  readonly retryAfterMs?: number;
  /** How the membership that the request was about ended. */
  readonly endReason?: EndReason;
  /** What the app's hook said of its refusal. */
  readonly note?: string;
  /** Why some entries were not set or removed, by key. */
  readonly faults?: Readonly<Record<string, Reason>>;
}

/** A request that is not served, and that has written nothing which counts. */
export class Refused {
  readonly why: string;

  constructor(
    readonly reason: Reason,
    readonly detail: RefusalDetail,
  ) {
    this.why = detail.why ?? WHY[reason];
  }
}

/** What a use case returns where a request may be refused. */
export type Outcome<T> = T | Refused;

export const refused = (reason: Reason, detail: RefusalDetail = {}): Refused => new Refused(reason, detail);

/** Of a frame from a connection that is not in the room, whatever the user's other devices are. */
export const notIn = (): Refused => refused('not-a-member', { why: 'this connection has not joined the room' });

/** The outcome of an addition to a list with a limit. */
export const unlessFull = (outcome: 'added' | 'full', why: string): Outcome<'added'> =>
  outcome === 'added' ? outcome : refused('list-full', { why });

export const isRefused = (outcome: unknown): outcome is Refused => outcome instanceof Refused;
