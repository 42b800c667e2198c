import type { Answer, RefusalAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import type { Link } from '../connection/link.ts';
import type { FrameOf } from '../connection/requests.ts';
import { refusal } from '../connection/requests.ts';
import { patientDelayMs, retryDelayMs } from './retry.ts';

const ATTEMPTS_MAX = 8;
/** Refusals that do not say what became of an earlier attempt. */
const UNDECIDED_CODES: readonly number[] = [
  Code.UNKNOWN,
  Code.SEND_TOO_FAST,
  Code.REQUEST_TOO_FAST,
  Code.DISCONNECTED,
  Code.UNAVAILABLE,
  Code.NO_ANSWER,
  Code.TOKEN_EXPIRED,
];

/** One operation in a room. Each attempt builds a new frame. */
export interface Operation {
  readonly kind: 'join' | 'resume' | 'leave' | 'send' | 'recall' | 'history' | 'setEntries' | 'removeEntries';
  readonly frameOf: FrameOf;
  /** The app does not wait for the outcome: the client tries until the server decides. */
  readonly isEndless?: true;
  /** Asked before each attempt; false: it is dropped and never settled. */
  readonly isWanted?: () => boolean;
  /** Called before the first attempt. */
  readonly started?: () => void;
  /** An attempt has no answer: the server may have served it, or serve it later. */
  readonly unanswered?: () => void;
  /** After how many ms to ask again, because this answer is not the outcome; undefined = the usual rule decides. */
  readonly again?: (answer: Answer) => number | undefined;
  /** Called once, with the outcome. */
  readonly settle: (answer: Answer, how: Settled) => void;
  /** An answer that came after the outcome: to an earlier attempt, or for the second time. */
  readonly late?: (answer: Answer) => void;
}

/** How an operation ended. */
export interface Settled {
  /** More than 1: an earlier attempt may have succeeded although its answer was lost. */
  readonly attempts: number;
  /** Frames go over another link than when the operation was sent. */
  readonly hasMoved: boolean;
  /** The outcome is not known: the server may have done it, or do it later. */
  readonly isOpen: boolean;
}

/** An operation and its attempts. */
export class Task {
  readonly operation: Operation;
  attempts: number = 0;
  link: Link | undefined;
  /** The timer after which the app gets an outcome, whatever it is. */
  deadline: unknown;
  #refusals: number = 0;
  #last: RefusalAnswer | undefined;
  #isUnderWay: boolean = false;
  /** The server may have done it. */
  #isOpen: boolean = false;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  /** An attempt begins. */
  begin(link: Link): void {
    this.attempts += 1;
    this.link = link;
    this.#isUnderWay = true;
  }

  /** The attempt under way has no answer. */
  lost(): void {
    if (!this.#isUnderWay) return;
    this.#isUnderWay = false;
    this.#isOpen = true;
    this.operation.unanswered?.();
  }

  /** The attempt under way is answered, and the operation goes on. */
  served(): void {
    this.#isUnderWay = false;
    this.#refusals = 0;
  }

  /** How long to wait for the next attempt after this answer; undefined = it is the outcome. */
  delayAfter(answer: Answer): number | undefined {
    this.#isUnderWay = false;
    if (answer.code === Code.OK) return undefined;
    const refused = answer as RefusalAnswer;
    this.#refusals += 1;
    this.#last = refused;
    if (refused.code === Code.UNKNOWN) this.#isOpen = true;
    if (this.operation.isEndless || refused.code === Code.NO_ANSWER) return patientDelayMs(refused, this.#refusals);
    return this.#refusals < ATTEMPTS_MAX ? retryDelayMs(refused, this.#refusals) : undefined;
  }

  /** Whether the operation is unsettled if this is what its caller gets. */
  isOpenAfter(answer: Answer): boolean {
    return (this.#isOpen || this.#isUnderWay) && UNDECIDED_CODES.includes(answer.code);
  }

  /** What the caller gets at the deadline. */
  overdue(): RefusalAnswer {
    if (this.attempts === 0) return refusal('', Code.UNAVAILABLE);
    if (this.#isOpen || this.#isUnderWay || this.#last === undefined) return refusal('', Code.NO_ANSWER);
    return this.#last;
  }
}
