import type { Answer, EntriesAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import type { EntriesPush } from '../../protocol/push-frames.ts';
import { type AskDeps, CALL_MS, isRefusal, saysNotInRoom } from '../room/operations.ts';
import {
  type EntryEvent,
  type EntryRead,
  type EntryState,
  type EntryStep,
  expectChange,
  isBehind,
  noEntries,
  receiveEntries,
  startOver,
  takeRead,
} from './entry-state.ts';

/** Pushes overtake each other; reading at once would read what is about to arrive. */
const PATIENCE_MS = 200;
const RETRY_MS = 1000;
const ATTEMPTS_MAX = 3;
const LATE_RETRY_MS = 15_000;

/** What the cache reports to its room. */
export interface EntryEvents {
  changed(event: EntryEvent): void;
  /** All entries are known, after a join or a resume. */
  synced(): void;
  /** The server says that the user is not a member. */
  notMember(): void;
}

/** Gets all entries, or the code. */
export type EntriesWanted = (code: number, entries: ReadonlyMap<string, string>) => void;

/** A caller, and the timer after which they get an outcome, whatever it is. */
interface Waiting {
  readonly wanted: EntriesWanted;
  readonly timer: unknown;
}

/** The entries of one room, read after each join and resume and kept current by pushes. */
export class EntryCache {
  readonly #roomId: string;
  readonly #deps: AskDeps;
  readonly #events: EntryEvents;
  #state: EntryState = noEntries;
  #roomEpoch: string = '';
  #isPaused: boolean = true;
  #isSyncReported: boolean = false;
  #isBusy: boolean = false;
  #attempts: number = 0;
  /** The callers that waited have got an error; the entries are read later all the same. */
  #isGivenUp: boolean = false;
  #timer: unknown;
  #waiting: Waiting[] = [];
  /** Answers to requests of an earlier connection or membership are ignored. */
  #generation = 0;

  constructor(roomId: string, deps: AskDeps, events: EntryEvents) {
    this.#roomId = roomId;
    this.#deps = deps;
    this.#events = events;
  }

  /** The user is a member, by a new or a resumed membership. */
  begin(roomEpoch: string, hasEntries: boolean): void {
    this.pause();
    this.#isPaused = false;
    this.#isSyncReported = false;
    this.#roomEpoch = roomEpoch;
    this.#state = startOver(this.#state);
    if (hasEntries) this.#read();
    else this.#took([{ revision: 0, entries: {} }], this.#state.expected);
  }

  push(push: EntriesPush): void {
    this.#take(receiveEntries(this.#state, push));
  }

  /** The server has made a change that this user asked for. */
  expect(operation: EntryEvent['operation'], entries: ReadonlyMap<string, string>): void {
    this.#take({ state: expectChange(this.#state, operation, entries), events: [] });
  }

  /** Hands over the entries as soon as all are known. */
  get(wanted: EntriesWanted): void {
    if (this.#isSynced) {
      wanted(Code.OK, this.#state.entries);
      return;
    }
    const timer = this.#deps.timers.setTimeout(() => this.#overdue(waiting), CALL_MS);
    const waiting = { wanted, timer };
    this.#waiting.push(waiting);
    if (!this.#isPaused && !this.#isBusy && (this.#timer === undefined || this.#isGivenUp)) this.#read();
  }

  /** There is no connection: what is known may be out of date. */
  pause(): void {
    this.#generation += 1;
    this.#cancel();
    this.#isPaused = true;
    this.#isBusy = false;
    this.#attempts = 0;
  }

  /** The callers that wait get this code. */
  stop(code: number): void {
    this.pause();
    this.#settle(code);
  }

  /** The user is no longer a member. */
  forget(): void {
    this.#state = noEntries;
    this.stop(Code.NOT_A_MEMBER);
  }

  get #isSynced(): boolean {
    return !this.#isPaused && !isBehind(this.#state);
  }

  #take(step: EntryStep): void {
    this.#state = step.state;
    if (!this.#isPaused && !this.#isBusy) this.#followUp();
    const isFirst = this.#isSynced && !this.#isSyncReported;
    if (isFirst) this.#isSyncReported = true;
    for (const event of step.events) this.#events.changed(event);
    if (isFirst) this.#events.synced();
    if (this.#isSynced) this.#settle(Code.OK);
  }

  #followUp(): void {
    if (!isBehind(this.#state)) this.#cancel();
    // A running timer stays: in a busy room, each push would put off the read again.
    else if (this.#timer === undefined) this.#readAfter(PATIENCE_MS);
  }

  #readAfter(delayMs: number): void {
    this.#timer = this.#deps.timers.setTimeout(() => this.#read(), delayMs);
  }

  #cancel(): void {
    this.#deps.timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isGivenUp = false;
  }

  #read(): void {
    this.#cancel();
    this.#isBusy = true;
    this.#ask('', [], this.#state.expected);
  }

  #ask(afterKey: string, pages: readonly EntriesAnswer[], expected: EntryRead['expected']): void {
    const generation = this.#generation;
    this.#deps.ask(
      (id) => ({ action: 'getEntries', id, room: this.#roomId, afterKey }),
      (outcome) => {
        // After a loss the room is resumed, and that reads all entries again.
        if (outcome.event === 'lost' || generation !== this.#generation) return;
        if (!('revision' in outcome) || outcome.roomEpoch !== this.#roomEpoch) this.#failed(outcome);
        else if (outcome.nextAfterKey !== undefined) this.#ask(outcome.nextAfterKey, [...pages, outcome], expected);
        else this.#took([...pages, outcome], expected);
      },
    );
  }

  #took(pages: readonly Pick<EntriesAnswer, 'revision' | 'entries'>[], expected: EntryRead['expected']): void {
    this.#isBusy = false;
    this.#attempts = 0;
    const revisions = pages.map((page) => page.revision);
    const entries = new Map(pages.flatMap((page) => Object.entries(page.entries)));
    const [revision = 0] = revisions;
    this.#take(takeRead(this.#state, { revision, knownRevision: Math.max(...revisions), entries, expected }));
  }

  #failed(answer: Answer): void {
    this.#isBusy = false;
    this.#attempts += 1;
    if (saysNotInRoom(answer)) this.#events.notMember();
    else if (this.#attempts < ATTEMPTS_MAX)
      this.#readAfter(isRefusal(answer) && answer.retryAfterMs !== undefined ? answer.retryAfterMs : RETRY_MS);
    else {
      this.#attempts = 0;
      this.#isGivenUp = true;
      this.#readAfter(LATE_RETRY_MS);
      this.#settle(isRefusal(answer) ? answer.code : Code.UNKNOWN);
    }
  }

  #settle(code: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { timer } of waiting) this.#deps.timers.clearTimeout(timer);
    for (const { wanted } of waiting) wanted(code, code === Code.OK ? this.#state.entries : new Map());
  }

  #overdue(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting.wanted(this.#isPaused ? Code.UNAVAILABLE : Code.NO_ANSWER, new Map());
  }
}
