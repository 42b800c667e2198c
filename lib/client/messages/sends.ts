import type { Answer, RefusalAnswer, SentAnswer } from '../../protocol/answers.ts';
import { type Message, RECALLED_TYPE } from '../../protocol/message.ts';
import { Recent } from '../core/recent.ts';
import { isRefusal, type Operation, type OperationDeps, type Operations } from '../room/operations.ts';
import { patientDelayMs } from '../room/retry.ts';

/** For so long after its call has ended a message may still be accepted; later it would surprise. */
const ASK_MS = 120_000;
/** So many messages of unknown outcome are remembered. */
const OPEN_MAX = 1000;
/** So many of the app's own messages may still arrive. */
const SENT_MAX = 1000;

/** A message to send. */
export interface Draft {
  readonly clientMessageId: string;
  readonly type: string;
  readonly content: string;
}

/** Gets the outcome of a send; of a refusal also what the server says besides the code. */
export type SentOutcome = (code: number, sent: SentAnswer | undefined, refused?: RefusalAnswer) => void;

/** What the sends report to their room. */
export interface SendEvents {
  /** The server has accepted a message, before the app learns it. */
  accepted(sent: SentAnswer): void;
  /** The app knows the outcome. */
  settled(answer: Answer): void;
  isMember(): boolean;
  /** The client asks whether the user is a member: until then a message could be refused that a member may send. */
  isSettling(): boolean;
}

/** A message whose call has ended with an error. */
interface Open {
  /** The server has refused it; an earlier attempt that is still on its way may be accepted all the same. */
  isRefused: boolean;
  isAsking: boolean;
  readonly draft: Draft;
  readonly later: SentOutcome;
  refusals: number;
  /** It must not be accepted any more: from now on only a user who is no member asks. */
  isLate: boolean;
  timer?: unknown;
  endTimer?: unknown;
}

/**
 * The app's messages to one room. Where the outcome is not known when a call ends, it is found out: by a late answer, by
 * the message itself among those received, or by sending it again, which the server takes for the same message.
 */
export class Sends {
  readonly #roomId: string;
  readonly #deps: OperationDeps;
  readonly #operations: Operations;
  readonly #events: SendEvents;
  readonly #pending = new Map<string, Operation>();
  readonly #open = new Map<string, Open>();
  /** What the app has sent since it came into the room: it shows these, and not what it sent before it left. */
  readonly #sent = new Recent(SENT_MAX);

  constructor(roomId: string, deps: OperationDeps, operations: Operations, events: SendEvents) {
    this.#roomId = roomId;
    this.#deps = deps;
    this.#operations = operations;
    this.#events = events;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /**
   * `done` gets the outcome within the time of a call; `later` gets it after a `done` that did not know it. `isWanted`
   * is asked before the message goes out for the first time; false: neither is called.
   */
  send(draft: Draft, done: SentOutcome, later: SentOutcome, isWanted?: () => boolean): void {
    const { clientMessageId } = draft;
    // What became of an earlier call for this message stays open until one of them is decided.
    const wasOpen = this.#open.has(clientMessageId);
    this.#forget(clientMessageId);
    let hasBegun = false;
    const operation: Operation = {
      kind: 'send',
      frameOf: (id) => ({ action: 'send', id, room: this.#roomId, ...draft }),
      started: () => {
        hasBegun = true;
        this.#sent.isNew(clientMessageId);
      },
      isWanted: () => {
        const isOn = hasBegun || isWanted?.() !== false;
        if (!isOn) this.#pending.delete(clientMessageId);
        return isOn;
      },
      settle: (answer, { attempts, isOpen }) => {
        if (this.#pending.get(clientMessageId) === operation) this.#pending.delete(clientMessageId);
        const isSure = !isOpen && attempts > 0;
        const isKept = isRefusal(answer) && (isOpen || attempts > 0 || wasOpen);
        // Before the app is called, which may disconnect: nothing is asked after that.
        const open = isKept ? this.#keep(draft, isSure, later) : undefined;
        this.#report(answer, done);
        if (open !== undefined && this.#open.get(clientMessageId) === open && !open.isLate) {
          this.#ask(clientMessageId, open);
        }
      },
      late: (answer) => this.#decide(clientMessageId, answer),
    };
    this.#pending.set(clientMessageId, operation);
    this.#operations.add(operation);
  }

  /** The app has this message, because it sent it. A recall of it may be unknown to the app. */
  isOwn({ senderUserId, clientMessageId, notForSender, type }: Message): boolean {
    const isSent = this.#sent.has(clientMessageId) || this.#open.has(clientMessageId);
    return senderUserId === this.#deps.userId() && (notForSender === true || isSent) && type !== RECALLED_TYPE;
  }

  /** The user is no member any more: a later join shows the room from its beginning, own messages included. */
  forget(): void {
    this.#sent.clear();
  }

  /** These messages have arrived; some may be the user's own. */
  seen(roomEpoch: string, messages: readonly Message[]): void {
    if (this.#open.size + this.#pending.size === 0) return;
    for (const message of messages) {
      const { seq, messageId, sentAtMs, clientMessageId, senderUserId } = message;
      if (senderUserId !== this.#deps.userId()) continue;
      const operation = this.#pending.get(clientMessageId);
      if (operation === undefined && !this.#open.has(clientMessageId)) continue;
      const room = this.#roomId;
      const answer: SentAnswer = { event: 'answer', id: '', code: 0, room, roomEpoch, seq, messageId, sentAtMs };
      if (operation === undefined) this.#decide(clientMessageId, answer);
      else this.#operations.resolve(operation, answer);
    }
  }

  /** A connection is open, the membership is settled, or the user is no member any more. */
  askAgain(): void {
    for (const [clientMessageId, open] of [...this.#open]) {
      if (open.timer === undefined) this.#ask(clientMessageId, open);
    }
  }

  pause(): void {
    for (const open of this.#open.values()) this.#stopTimer(open);
  }

  /** The connection is closed for good. */
  stop(): void {
    for (const open of this.#open.values()) {
      this.#stopAsking(open);
      open.isLate = true;
    }
  }

  /** What is open is of a former user. */
  userChanged(): void {
    for (const clientMessageId of [...this.#open.keys()]) this.#forget(clientMessageId);
  }

  #keep(draft: Draft, isRefused: boolean, later: SentOutcome): Open {
    const open: Open = { draft, isRefused, later, refusals: 0, isLate: false, isAsking: false };
    this.#open.set(draft.clientMessageId, open);
    const [oldest] = this.#open.keys();
    if (this.#open.size > OPEN_MAX && oldest !== undefined) this.#forget(oldest);
    this.#startTimer(open);
    return open;
  }

  #startTimer(open: Open): void {
    this.#deps.timers.clearTimeout(open.endTimer);
    open.endTimer = this.#deps.timers.setTimeout(() => {
      open.isLate = true;
      if (open.isRefused) this.#forget(open.draft.clientMessageId);
    }, ASK_MS);
  }

  #ask(clientMessageId: string, open: Open): void {
    this.#stopTimer(open);
    if (this.#deps.link() === undefined || open.isRefused || open.isAsking || this.#events.isSettling()) return;
    // A member gets the message itself, if it was accepted.
    if (open.isLate && this.#events.isMember()) return;
    open.isAsking = true;
    this.#deps.ask(
      (id) => ({ action: 'send', id, room: this.#roomId, ...open.draft }),
      (outcome) => {
        open.isAsking = false;
        if (this.#open.get(clientMessageId) !== open) return;
        // There may be another link already.
        if (outcome.event === 'lost') return this.#ask(clientMessageId, open);
        if (isRefusal(outcome)) {
          open.refusals += 1;
          const delayMs = patientDelayMs(outcome, open.refusals);
          if (delayMs !== undefined) {
            open.timer = this.#deps.timers.setTimeout(() => this.#ask(clientMessageId, open), delayMs);
            return;
          }
        }
        this.#decide(clientMessageId, outcome);
      },
      (answer) => this.#decide(clientMessageId, answer),
    );
  }

  #decide(clientMessageId: string, answer: Answer): void {
    const open = this.#open.get(clientMessageId);
    if (open === undefined) return;
    if (isRefusal(answer) && (open.isRefused || patientDelayMs(answer, 1) !== undefined)) return;
    if (isRefusal(answer)) {
      open.isRefused = true;
      this.#startTimer(open);
    } else this.#forget(clientMessageId);
    this.#report(answer, open.later);
  }

  #report(answer: Answer, outcome: SentOutcome): void {
    const sent = 'messageId' in answer ? answer : undefined;
    if (sent !== undefined) this.#events.accepted(sent);
    outcome(answer.code, sent, isRefusal(answer) ? answer : undefined);
    this.#events.settled(answer);
  }

  #stopTimer(open: Open): void {
    this.#deps.timers.clearTimeout(open.timer);
    open.timer = undefined;
  }

  #stopAsking(open: Open): void {
    this.#stopTimer(open);
    this.#deps.timers.clearTimeout(open.endTimer);
  }

  #forget(clientMessageId: string): void {
    const open = this.#open.get(clientMessageId);
    if (open === undefined) return;
    this.#stopAsking(open);
    this.#open.delete(clientMessageId);
  }
}
