import type { Answer } from '../protocol/answers.ts';
import { Code } from '../protocol/codes.ts';
import { type AskDeps, isOut, isRefusal } from './operations.ts';
import { patientDelayMs, RETRY_MS } from './retry.ts';
import {
  missing,
  type RepairedMessages,
  type RoomSession,
  repair,
  type SeqRange,
  type SessionStep,
} from './room-session.ts';

/** Pushes of neighbouring seqs overtake each other; asking at once would ask for what is on its way. */
const PATIENCE_MS = 200;
const FAILURES_MAX = 8;

/** What a repairer tells its room. */
export interface RepairerEvents {
  /** `hasMore`: the server says that there is more than it could answer at once. */
  step(step: SessionStep, hasMore: boolean): void;
  /** The server says that he is no member. */
  notMember(): void;
}

/** Holds the session of a room and asks for what is missing in it, one hole at a time. */
export class Repairer {
  readonly #room: string;
  readonly #deps: AskDeps;
  readonly #events: RepairerEvents;
  #session: RoomSession | undefined;
  #timer: unknown;
  /** `patient`: what is missing may come by itself. `busy`: asking, or to ask again when the server has said. */
  #state: 'idle' | 'patient' | 'busy' = 'idle';
  /** One after another, of whatever kind. */
  #refusals: number = 0;
  /** Those among them that do not say that it was asked too often. */
  #failures: number = 0;
  /** Answers to questions of an earlier connection or session are nothing to us. */
  #generation = 0;

  constructor(room: string, deps: AskDeps, events: RepairerEvents) {
    this.#room = room;
    this.#deps = deps;
    this.#events = events;
  }

  get session(): RoomSession | undefined {
    return this.#session;
  }

  /** The session has moved on. `hasMore`: what is missing is known to be none that is on its way. */
  follow(session: RoomSession, hasMore: boolean): void {
    // What was refused of another room by that name says nothing of this one.
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
      (id) => ({ action: 'repair', id, room: this.#room, ...range }),
      (outcome) => {
        if (generation !== this.#generation) return;
        if (outcome.event === 'lost') this.#ask();
        else this.#answered(range, session.roomEpoch, outcome);
      },
    );
  }

  #answered(range: SeqRange, roomEpoch: string, answer: Answer): void {
    // Without what is missing nothing that comes after it can be handed over. Busy until the next connection.
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
    if (isOut(answer)) {
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

  /** When to ask again; undefined = this is the answer, whatever is in it. */
  #delayMsOf(answer: Answer, range: SeqRange): number | undefined {
    this.#refusals += 1;
    // A limit is sure to end, and what is missing will be there then: it must not be given up.
    if (answer.code !== Code.REQUEST_TOO_FAST) this.#failures += 1;
    if (this.#failures >= FAILURES_MAX) return undefined;
    if (isRefusal(answer)) return patientDelayMs(answer, this.#refusals);
    return isStuck(answer, range) ? RETRY_MS : undefined;
  }
}

/** It says that there is more, and not after what was asked for. */
function isStuck(answer: Answer, { afterSeq }: SeqRange): boolean {
  return 'next' in answer && answer.next !== undefined && answer.next <= afterSeq;
}

/** What an answer has for a session: nothing, if it is a refusal, is stuck or is of another room by that name. */
function pageOf(answer: Answer, range: SeqRange, { roomEpoch }: RoomSession): RepairedMessages {
  const isOfThisEpoch = 'messages' in answer && answer.roomEpoch === roomEpoch && !isStuck(answer, range);
  return isOfThisEpoch ? answer : { messages: [] };
}
