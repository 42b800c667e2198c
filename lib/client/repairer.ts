import { Code } from '../protocol/codes.ts';
import type { Answer } from '../protocol/frames.ts';
import { type AskDeps, isOut, isRefusal } from './operations.ts';
import { patientDelayMs } from './retry.ts';
import { missing, type RoomSession, repair, type SeqRange, type SessionStep } from './room-session.ts';

/** Pushes of neighbouring seqs overtake each other; asking at once would ask for what is on its way. */
const PATIENCE_MS = 200;
const ATTEMPTS_MAX = 8;

/** What a repairer tells its room. */
export interface RepairerEvents {
  step(step: SessionStep): void;
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
  #isBusy: boolean = false;
  /** There may be more than is known: the last answer was a page of unknown place. */
  #mayBeBehind: boolean = false;
  #refusals: number = 0;
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

  /** The session has moved on. */
  follow(session: RoomSession): void {
    this.#session = session;
    if (!this.#isBusy && missing(session) !== undefined) this.#askAfter(PATIENCE_MS);
  }

  /** An answer held some of what was missed; whether that was all is asked until the answer is empty. */
  catchUp(): void {
    this.#mayBeBehind = true;
    if (!this.#isBusy) this.#ask();
  }

  pause(): void {
    this.#generation += 1;
    this.#deps.timers.clearTimeout(this.#timer);
    this.#isBusy = false;
    this.#mayBeBehind = false;
    this.#refusals = 0;
  }

  forget(): void {
    this.pause();
    this.#session = undefined;
  }

  #askAfter(delayMs: number): void {
    this.#isBusy = true;
    this.#timer = this.#deps.timers.setTimeout(() => this.#ask(), delayMs);
  }

  #ask(): void {
    this.#isBusy = false;
    const range = this.#wanted();
    if (range === undefined || this.#deps.link() === undefined) return;
    this.#isBusy = true;
    const generation = this.#generation;
    this.#deps.ask(
      (id) => ({ action: 'repair', id, room: this.#room, ...range }),
      (outcome) => {
        if (generation !== this.#generation) return;
        if (outcome.event === 'lost') this.#ask();
        else this.#answered(range, outcome);
      },
    );
  }

  #wanted(): SeqRange | undefined {
    const session = this.#session;
    if (session === undefined) return undefined;
    return missing(session) ?? (this.#mayBeBehind ? { afterSeq: session.seq, beforeSeq: 0 } : undefined);
  }

  #answered(range: SeqRange, answer: Answer): void {
    // Without what is missing nothing that comes after it can be handed over. Busy until the next connection.
    if (answer.code === Code.TOKEN_EXPIRED) {
      this.#deps.expired();
      return;
    }
    this.#isBusy = false;
    const session = this.#session;
    if (session === undefined) return;
    if (isOut(answer)) {
      this.#refusals = 0;
      this.#events.notMember();
      return;
    }
    this.#refusals += 1;
    const delayMs = isRefusal(answer) ? patientDelayMs(answer, this.#refusals) : undefined;
    if (delayMs !== undefined && this.#refusals < ATTEMPTS_MAX) {
      this.#askAfter(delayMs);
      return;
    }
    this.#refusals = 0;
    const isOfThisEpoch = 'messages' in answer && answer.roomEpoch === session.roomEpoch;
    const messages = isOfThisEpoch ? answer.messages : [];
    if (range.beforeSeq === 0) this.#mayBeBehind = messages.length > 0;
    this.#events.step(repair(session, range, messages));
    if (this.#mayBeBehind && !this.#isBusy) this.#ask();
  }
}
