import type { Answer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import { type AskDeps, isRefusal, saysNotInRoom } from '../room/operations.ts';
import { patientDelayMs, RETRY_MS } from '../room/retry.ts';
import {
  missing,
  type RepairedMessages,
  type RoomSession,
  repair,
  type SeqRange,
  type SessionStep,
} from './room-session.ts';

/** Pushes of neighbouring seqs overtake each other; asking at once would ask for what is about to arrive. */
const PATIENCE_MS = 200;
const FAILURES_MAX = 8;

/** What a repairer reports to its room. */
export interface RepairerEvents {
  /** `hasMore`: the server has more than one answer holds. */
  step(step: SessionStep, hasMore: boolean): void;
  /** The server says that the user is not a member. */
  notMember(): void;
}

/** Holds the session of a room and asks for its missing messages, one run of seqs at a time. */
export class Repairer {
  readonly #roomId: string;
  readonly #deps: AskDeps;
  readonly #events: RepairerEvents;
  #session: RoomSession | undefined;
  #timer: unknown;
  /** `patient`: the missing messages may still arrive. `busy`: asking, or waiting to ask again. */
  #state: 'idle' | 'patient' | 'busy' = 'idle';
  /** Refusals in a row, of any kind. */
  #refusals: number = 0;
  /** Those among them that are not about the rate. */
  #failures: number = 0;
  /** Answers to requests of an earlier connection or session are ignored. */
  #generation = 0;

  constructor(roomId: string, deps: AskDeps, events: RepairerEvents) {
    this.#roomId = roomId;
    this.#deps = deps;
    this.#events = events;
  }

  get session(): RoomSession | undefined {
    return this.#session;
  }

  /** The session has moved on. `hasMore`: the missing messages will not be pushed, so ask at once. */
  follow(session: RoomSession, hasMore: boolean): void {
    // Refusals for a former room with the same id do not count for this one.
    if (session.roomEpoch !== this.#session?.roomEpoch) this.#served();
    this.#session = session;
    if (missing(session) === undefined || this.#state === 'busy') return;
    if (hasMore) this.#ask();
    else if (this.#state === 'idle') this.#askAfter(PATIENCE_MS, 'patient');
  }

  pause(): void {
    this.#generation += 1;
    this.#deps.timers.clearTimeout(this.#timer);
    this.#state = 'idle';
    this.#served();
  }

  forget(): void {
    this.pause();
    this.#session = undefined;
  }

  #askAfter(delayMs: number, state: 'patient' | 'busy'): void {
    this.#state = state;
    this.#timer = this.#deps.timers.setTimeout(() => this.#ask(), delayMs);
  }

  #ask(): void {
    this.#deps.timers.clearTimeout(this.#timer);
    this.#state = 'idle';
    const session = this.#session;
    if (session === undefined || this.#deps.link() === undefined) return;
    const range = missing(session);
    if (range === undefined) return;
    this.#state = 'busy';
    const generation = this.#generation;
    this.#deps.ask(
      (id) => ({ action: 'repair', id, room: this.#roomId, ...range }),
      (outcome) => {
        if (generation !== this.#generation) return;
        if (outcome.event === 'lost') this.#ask();
        else this.#answered(range, session.roomEpoch, outcome);
      },
    );
  }

  #answered(range: SeqRange, roomEpoch: string, answer: Answer): void {
    // Later messages wait for the missing ones, so the connection is useless now. Busy until the next one.
    if (answer.code === Code.TOKEN_EXPIRED) {
      this.#deps.expired();
      return;
    }
    this.#state = 'idle';
    const session = this.#session;
    if (session === undefined) return;
    if (session.roomEpoch !== roomEpoch) {
      this.follow(session, false);
      return;
    }
    if (saysNotInRoom(answer)) {
      this.#served();
      this.#events.notMember();
      return;
    }
    const delayMs = this.#delayMsOf(answer, range);
    if (delayMs !== undefined) {
      this.#askAfter(delayMs, 'busy');
      return;
    }
    this.#served();
    const page = pageOf(answer, range, session);
    this.#events.step(repair(session, range, page), page.next !== undefined);
  }

  #served(): void {
    this.#refusals = 0;
    this.#failures = 0;
  }

  /** When to ask again; undefined = take this answer, whatever is in it. */
  #delayMsOf(answer: Answer, range: SeqRange): number | undefined {
    this.#refusals += 1;
    // A rate limit always ends, and the messages will still be there: do not give them up.
    if (answer.code !== Code.REQUEST_TOO_FAST) this.#failures += 1;
    if (this.#failures >= FAILURES_MAX) return undefined;
    if (isRefusal(answer)) return patientDelayMs(answer, this.#refusals);
    return isStuck(answer, range) ? RETRY_MS : undefined;
  }
}

/** The answer says that there is more, and makes no progress. */
function isStuck(answer: Answer, { afterSeq }: SeqRange): boolean {
  return 'next' in answer && answer.next !== undefined && answer.next <= afterSeq;
}

/** What an answer has for a session: nothing if it is refused, stuck, or from a new room with the same id. */
function pageOf(answer: Answer, range: SeqRange, { roomEpoch }: RoomSession): RepairedMessages {
  const isOfThisEpoch = 'messages' in answer && answer.roomEpoch === roomEpoch && !isStuck(answer, range);
  return isOfThisEpoch ? answer : { messages: [] };
}
