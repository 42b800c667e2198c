import { Code } from '../protocol/codes.ts';
import type { Answer, RefusalAnswer } from '../protocol/frames.ts';
import { type FrameOf, type Outcome, refusal } from './requests.ts';
import type { Timers } from './types.ts';

const ATTEMPTS_MAX = 8;
const RETRY_MS = 500;
/** What an app server has forbidden stays so, however soon it may end. */
const FINAL_CODES: readonly number[] = [Code.MUTED, Code.BLOCKED];

/** One thing to be done in a room. The frame is built anew for every attempt. */
export interface Operation {
  readonly kind: 'join' | 'resume' | 'leave' | 'send' | 'recall' | 'history' | 'setEntries' | 'removeEntries';
  readonly frameOf: FrameOf;
  /** The one outcome. `attempts` > 1: an earlier one may have succeeded without our knowing. */
  readonly settle: (answer: Answer, attempts: number) => void;
}

/** What the operations of a room need of the engine. */
export interface OperationDeps {
  readonly timers: Timers;
  readonly isUp: () => boolean;
  readonly ask: (frameOf: FrameOf, end: (outcome: Outcome) => void) => void;
}

/**
 * The operations of one room, one at a time in the order of the calls: two frames of one connection may be
 * handled at once by the server, so order can only be kept by waiting.
 */
export class Operations {
  readonly #deps: OperationDeps;
  #queue: Operation[] = [];
  #attempts: number = 0;
  #isBusy: boolean = false;
  #retryTimer: unknown;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  has(kind: Operation['kind']): boolean {
    return this.#queue.some((operation) => operation.kind === kind);
  }

  add(operation: Operation): void {
    this.#queue.push(operation);
    this.proceed();
  }

  /** Before all that waits, after the one that is under way. */
  addFirst(operation: Operation): void {
    const isUnderWay = this.#attempts > 0 && this.#isBusy;
    if (!isUnderWay) this.#attempts = 0;
    this.#queue.splice(isUnderWay ? 1 : 0, 0, operation);
    this.proceed();
  }

  remove(kind: Operation['kind']): void {
    this.#queue = this.#queue.filter((operation, index) => operation.kind !== kind || (index === 0 && this.#isBusy));
  }

  /** Starts the next one if nothing is under way and there is a connection. */
  proceed(): void {
    const operation = this.#queue[0];
    if (operation === undefined || this.#isBusy || !this.#deps.isUp()) return;
    this.#isBusy = true;
    this.#attempts += 1;
    this.#deps.ask(operation.frameOf, (outcome) => this.#ended(operation, outcome));
  }

  /** The connection is gone: what waited for its next attempt waits for the next connection. */
  pause(): void {
    this.#deps.timers.clearTimeout(this.#retryTimer);
    this.#isBusy = false;
  }

  /** Settles everything with this code. */
  end(code: number): void {
    this.pause();
    const queue = this.#queue;
    this.#queue = [];
    for (const operation of queue) operation.settle(refusal('', code, 'unable to finish; the engine has stopped'), 1);
  }

  #ended(operation: Operation, outcome: Outcome): void {
    if (this.#queue[0] !== operation) return;
    if (outcome.event === 'lost') {
      this.#isBusy = false;
      return;
    }
    const delayMs = retryDelayMs(operation, outcome, this.#attempts);
    if (delayMs !== undefined) {
      this.#retryTimer = this.#deps.timers.setTimeout(() => {
        this.#isBusy = false;
        this.proceed();
      }, delayMs);
      return;
    }
    const attempts = this.#attempts;
    this.#queue.shift();
    this.#attempts = 0;
    this.#isBusy = false;
    operation.settle(outcome, attempts);
    this.proceed();
  }
}

function retryDelayMs(operation: Operation, answer: Answer, attempts: number): number | undefined {
  if (!isRefusal(answer) || attempts >= ATTEMPTS_MAX || FINAL_CODES.includes(answer.code)) return undefined;
  if (answer.retryAfterMs !== undefined) return answer.retryAfterMs;
  const isUnknown = answer.code === Code.UNKNOWN || (operation.kind === 'resume' && answer.code === Code.NO_ANSWER);
  return isUnknown ? RETRY_MS * attempts : undefined;
}

/** Tells a refusal from the answers with code 0. */
export function isRefusal(answer: Answer): answer is RefusalAnswer {
  return answer.code !== Code.OK;
}
