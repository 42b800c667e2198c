import type { Answer, RefusalAnswer } from '../protocol/answers.ts';
import { Code } from '../protocol/codes.ts';
import type { Link } from './link.ts';
import { type FrameOf, type Outcome, refusal } from './requests.ts';
import { patientDelayMs, retryDelayMs } from './retry.ts';
import type { Timers } from './types.ts';

const ATTEMPTS_MAX = 8;

/** One operation in a room. Each attempt builds a new frame. */
export interface Operation {
  readonly kind: 'join' | 'resume' | 'leave' | 'send' | 'recall' | 'history' | 'setEntries' | 'removeEntries';
  readonly frameOf: FrameOf;
  /** The app does not wait for the outcome: the client tries until the server decides. */
  readonly isEndless?: true;
  /** Called once, with the outcome. */
  readonly settle: (answer: Answer, how: Settled) => void;
}

/** How an operation ended. */
export interface Settled {
  /** More than 1: an earlier attempt may have succeeded although its answer was lost. */
  readonly attempts: number;
  /** Frames go over another link than when the operation was sent. */
  readonly hasMoved: boolean;
}

/** An operation and its attempts. */
interface Task {
  readonly operation: Operation;
  attempts: number;
  refusals: number;
  link?: Link | undefined;
}

/** What a request to the server needs. */
export interface AskDeps {
  readonly timers: Timers;
  /** The link that frames go over; undefined = not connected. */
  readonly link: () => Link | undefined;
  readonly ask: (frameOf: FrameOf, end: (outcome: Outcome) => void) => void;
  /** The server refuses what the room needs, because the token has expired. */
  readonly expired: () => void;
}

/** What the operations of a room need of the engine. */
export interface OperationDeps extends AskDeps {
  /** After a loss of the connection: some room is not resumed yet. */
  readonly isResuming: () => boolean;
}

/**
 * The operations of one room, one at a time in the order of the calls. The server may handle two frames of one connection
 * at once, so the client keeps the order by waiting.
 */
export class Operations {
  readonly #deps: OperationDeps;
  #queue: Task[] = [];
  #isBusy: boolean = false;
  #retryTimer: unknown;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  has(kind: Operation['kind']): boolean {
    return this.#queue.some(({ operation }) => operation.kind === kind);
  }

  add(operation: Operation): void {
    this.#queue.push(taskOf(operation));
    this.proceed();
  }

  /** Before all waiting operations, after the one under way. */
  addFirst(operation: Operation): void {
    const isUnderWay = this.#isUnderWay;
    if (!isUnderWay) this.pause();
    this.#queue.splice(isUnderWay ? 1 : 0, 0, taskOf(operation));
    this.proceed();
  }

  /** Keeps an operation whose request is under way; one that waits for its next attempt is removed. */
  remove(kind: Operation['kind']): void {
    const [head] = this.#queue;
    const kept = this.#isUnderWay ? head : undefined;
    this.#queue = this.#queue.filter((task) => task.operation.kind !== kind || task === kept);
    if (this.#queue[0] !== head) this.pause();
  }

  /** Starts the next operation if none is under way and there is a connection. */
  proceed(): void {
    const link = this.#deps.link();
    if (this.#isBusy || link === undefined) return;
    this.#putResumeFirst();
    const [task] = this.#queue;
    if (task === undefined) return;
    // With one room per user, a join that overtakes a resume would end that other membership.
    if (task.operation.kind === 'join' && this.#deps.isResuming()) return;
    this.#isBusy = true;
    task.attempts += 1;
    task.link = link;
    this.#deps.ask(task.operation.frameOf, (outcome) => this.#ended(task, outcome));
  }

  /** The connection is gone: an operation that waited for its next attempt waits for the next connection. */
  pause(): void {
    this.#deps.timers.clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#isBusy = false;
  }

  /** Settles all operations with this code. */
  end(code: number): void {
    this.pause();
    const queue = this.#queue;
    this.#queue = [];
    const answer = refusal('', code, 'unable to finish; the engine has stopped');
    for (const { operation, attempts } of queue) operation.settle(answer, { attempts, hasMoved: false });
  }

  /** A request is under way, and not only a wait for the next attempt. */
  get #isUnderWay(): boolean {
    return this.#isBusy && this.#retryTimer === undefined;
  }

  /** A resume may have been queued behind a join that was under way. Each would wait for the other. */
  #putResumeFirst(): void {
    const index = this.#queue.findIndex(({ operation }) => operation.kind === 'resume');
    if (index > 0) this.#queue.unshift(...this.#queue.splice(index, 1));
  }

  #ended(task: Task, outcome: Outcome): void {
    if (this.#queue[0] !== task) return;
    if (outcome.event === 'lost') {
      this.#isBusy = false;
      this.proceed();
      return;
    }
    if (isRefusal(outcome)) {
      task.refusals += 1;
      const delayMs = delayMsOf(task, outcome);
      if (delayMs !== undefined) {
        this.#proceedAfter(delayMs);
        return;
      }
    }
    this.#queue.shift();
    this.#isBusy = false;
    const hasMoved = task.link !== this.#deps.link();
    task.operation.settle(outcome, { attempts: task.attempts, hasMoved });
    this.proceed();
  }

  #proceedAfter(delayMs: number): void {
    this.#retryTimer = this.#deps.timers.setTimeout(() => {
      this.pause();
      this.proceed();
    }, delayMs);
  }
}

const taskOf = (operation: Operation): Task => ({ operation, attempts: 0, refusals: 0 });

function delayMsOf({ operation, refusals }: Task, answer: RefusalAnswer): number | undefined {
  if (operation.isEndless) return patientDelayMs(answer, refusals);
  return refusals < ATTEMPTS_MAX ? retryDelayMs(answer, refusals) : undefined;
}

/** The answer says that the user is not in the room, or that the room does not exist. */
export function saysNotInRoom({ code }: Answer): boolean {
  return code === Code.NOT_A_MEMBER || code === Code.NO_SUCH_ROOM;
}

/** Whether an answer is a refusal: its code is not 0. */
export function isRefusal(answer: Answer): answer is RefusalAnswer {
  return answer.code !== Code.OK;
}
