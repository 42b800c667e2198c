import type { Answer, RefusalAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import type { Link } from '../connection/link.ts';
import type { FrameOf, LateAnswer, Outcome } from '../connection/requests.ts';
import { refusal } from '../connection/requests.ts';
import type { Timers } from '../core/deps.ts';
import type { JoinOrder } from './join-order.ts';
import { type Operation, type Settled, Task } from './operation.ts';

export type { Operation, Settled };

/** Each call of the app has its outcome within this time, with or without a connection. */
export const CALL_MS = 30_000;

/** What a request to the server needs. */
export interface AskDeps {
  readonly timers: Timers;
  /** The link that frames go over; undefined = not connected. */
  readonly link: () => Link | undefined;
  readonly ask: (frameOf: FrameOf, end: (outcome: Outcome) => void, late?: LateAnswer) => void;
  /** The server refuses what the room needs, because the token has expired. */
  readonly expired: () => void;
}

/** What the operations of a room need of the engine. */
export interface OperationDeps extends AskDeps {
  /** After a loss of the connection: some room is not resumed yet. */
  readonly isResuming: () => boolean;
  readonly userId: () => string;
  /** The joins of all rooms. */
  readonly joins: JoinOrder;
}

/**
 * The operations of one room, one at a time in the order of the calls. The server may handle two frames of one connection
 * at once, so the client keeps the order by waiting. One without an answer is asked again: the server does each only once.
 */
export class Operations {
  readonly #deps: OperationDeps;
  readonly #rested: () => void;
  #queue: Task[] = [];
  /** The task whose request is under way; it may be settled already. */
  #current: Task | undefined;
  #retryTimer: unknown;

  /** `rested`: a request has ended that nobody waits for any more. */
  constructor(deps: OperationDeps, rested: () => void) {
    this.#deps = deps;
    this.#rested = rested;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0 && this.#current === undefined;
  }

  has(kind: Operation['kind']): boolean {
    return this.#queue.some(({ operation }) => operation.kind === kind);
  }

  add(operation: Operation): void {
    this.#queue.push(this.#taskOf(operation));
    this.proceed();
  }

  /** Before all waiting operations, after the one under way. */
  addFirst(operation: Operation): void {
    const isHeadUnderWay = this.#current !== undefined && this.#current === this.#queue[0];
    if (this.#current === undefined) this.#stopWaiting();
    this.#queue.splice(isHeadUnderWay ? 1 : 0, 0, this.#taskOf(operation));
    this.proceed();
  }

  /** Removes what the client does on its own, but for what is under way; a call of the app gets its outcome. */
  remove(kind: Operation['kind']): void {
    for (const task of [...this.#queue]) {
      if (task.operation.kind === kind && task.operation.isEndless && task !== this.#current) this.#drop(task);
    }
  }

  /** Something else than an answer has shown how this operation ended. */
  resolve(operation: Operation, answer: Answer): void {
    const task = this.#queue.find((task) => task.operation === operation);
    if (task !== undefined) this.#settle(task, answer);
  }

  /** Starts the next operation if none is under way and there is a connection. */
  proceed(): void {
    const link = this.#deps.link();
    if (this.#current !== undefined || this.#retryTimer !== undefined || link === undefined) return;
    this.#putResumeFirst();
    const [task] = this.#queue;
    if (task === undefined) return;
    if (task.operation.isWanted?.() === false) {
      this.#drop(task);
      this.proceed();
    } else if (task.operation.kind !== 'join' || this.#mayJoin(task)) this.#start(task, link);
  }

  /** The connection is gone: an operation that waited for its next attempt waits for the next connection. */
  pause(): void {
    this.#stopWaiting();
    const current = this.#current;
    this.#current = undefined;
    current?.lost();
    if (current !== undefined && !this.#queue.includes(current)) this.#deps.joins.done(current);
  }

  /** Settles all operations with this code. */
  end(code: number): void {
    this.pause();
    const answer = refusal('', code);
    for (const task of [...this.#queue]) this.#settle(task, answer);
  }

  /** With one room per user, a join that overtakes a resume or an earlier join would end that other membership. */
  #mayJoin(task: Task): boolean {
    return !this.#deps.isResuming() && this.#deps.joins.mayGo(task);
  }

  #start(task: Task, link: Link): void {
    const { operation } = task;
    this.#current = task;
    if (task.attempts === 0) operation.started?.();
    task.begin(link);
    this.#deps.ask(
      operation.frameOf,
      (outcome) => this.#ended(task, outcome),
      (answer) => this.#late(task, answer),
    );
  }

  /** A resume may have been queued behind a join that was under way. Each would wait for the other. */
  #putResumeFirst(): void {
    const index = this.#queue.findIndex(({ operation }) => operation.kind === 'resume');
    if (index > 0) this.#queue.unshift(...this.#queue.splice(index, 1));
  }

  #ended(task: Task, outcome: Outcome): void {
    if (this.#current !== task) return;
    this.#current = undefined;
    const isUnanswered = outcome.event === 'lost' || outcome.code === Code.NO_ANSWER;
    if (isUnanswered) task.lost();
    const isSettled = !this.#queue.includes(task);
    if (!isSettled && outcome.event !== 'lost') this.#answered(task, outcome);
    else if (!isUnanswered) task.operation.late?.(outcome as Answer);
    if (isSettled) this.#deps.joins.done(task);
    this.proceed();
    if (isSettled) this.#rested();
  }

  #answered(task: Task, answer: Answer): void {
    const againMs = task.operation.again?.(answer);
    if (againMs !== undefined) task.served();
    const delayMs = againMs ?? task.delayAfter(answer);
    if (delayMs === undefined) this.#settle(task, answer);
    else if (delayMs > 0) this.#proceedAfter(delayMs);
  }

  /** An answer to an earlier attempt, or for the second time. */
  #late(task: Task, answer: Answer): void {
    if (!this.#queue.includes(task)) task.operation.late?.(answer);
    else if (!isRefusal(answer) && task.operation.late !== undefined) {
      if (task.operation.again?.(answer) === undefined) this.#settle(task, answer);
    }
  }

  /** Another attempt may still be under way: the next operation waits for its end, so that it is not overtaken. */
  #settle(task: Task, answer: Answer): void {
    // A callback of another one may have ended all.
    if (!this.#queue.includes(task)) return;
    const { operation, link, attempts } = task;
    const isOpen = task.isOpenAfter(answer);
    this.#takeOut(task);
    operation.settle(answer, { attempts, hasMoved: link !== this.#deps.link(), isOpen });
    // Not before: the next join, of this room or another one, must not begin before this one has ended. Nor before the
    // attempt under way has: two frames of one connection may overtake each other.
    if (task !== this.#current) this.#deps.joins.done(task);
    this.proceed();
  }

  #drop(task: Task): void {
    this.#takeOut(task);
    this.#deps.joins.done(task);
  }

  #takeOut(task: Task): void {
    if (this.#queue[0] === task) this.#stopWaiting();
    this.#queue = this.#queue.filter((other) => other !== task);
    this.#deps.timers.clearTimeout(task.deadline);
  }

  #proceedAfter(delayMs: number): void {
    this.#retryTimer = this.#deps.timers.setTimeout(() => {
      this.#retryTimer = undefined;
      this.proceed();
    }, delayMs);
  }

  #stopWaiting(): void {
    this.#deps.timers.clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
  }

  #taskOf(operation: Operation): Task {
    const task = new Task(operation);
    if (operation.isEndless) return task;
    task.deadline = this.#deps.timers.setTimeout(() => this.#settle(task, task.overdue()), CALL_MS);
    if (operation.kind === 'join') this.#deps.joins.add(task);
    return task;
  }
}

/** The answer says that the user is not in the room, or that the room does not exist. */
export function saysNotInRoom({ code }: Answer): boolean {
  return code === Code.NOT_A_MEMBER || code === Code.NO_SUCH_ROOM;
}

/** Whether an answer is a refusal: its code is not 0. */
export function isRefusal(answer: Answer): answer is RefusalAnswer {
  return answer.code !== Code.OK;
}
