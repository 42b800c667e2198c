import type { Answer, RefusalAnswer } from '../../protocol/answers.ts';
import type { ClientFrame } from '../../protocol/client-frames.ts';
import { Code } from '../../protocol/codes.ts';
import type { Timers } from '../core/deps.ts';
import { verdictOn } from './frame-verdict.ts';
import type { Link } from './link.ts';

const ANSWER_TIMEOUT_MS = 10_000;
/** For so many requests that have ended, a later answer still finds its way. */
const ENDED_MAX = 500;

/** `lost`: the link was lost before the answer came, so the outcome is unknown. */
export type Outcome = Answer | { readonly event: 'lost' };

/** Builds a frame with the id that its answer will have. */
export type FrameOf = (id: string) => ClientFrame;

/** How requests reach the server, and what they report. */
export interface RequestActions {
  /** Sends the text over the current link and returns that link. */
  transmit(text: string): Link | undefined;
  /** A request has ended, and its caller has the outcome. */
  ended(): void;
}

/** Gets an answer that comes after the outcome: too late, or twice. */
export type LateAnswer = (answer: Answer) => void;

interface Pending {
  readonly end: (outcome: Outcome) => void;
  readonly late: LateAnswer | undefined;
  readonly timer: unknown;
  readonly link: Link | undefined;
}

/** The requests under way; each ends exactly once, whatever happens to its link. */
export class Requests {
  readonly #timers: Timers;
  readonly #actions: RequestActions;
  readonly #pending = new Map<string, Pending>();
  /** By id, the oldest first. */
  readonly #late = new Map<string, LateAnswer>();
  #lastId = 0;

  constructor(timers: Timers, actions: RequestActions) {
    this.#timers = timers;
    this.#actions = actions;
  }

  /** Sends a frame, unless the server is certain to refuse it. `end` gets the outcome later, once. */
  ask(frameOf: FrameOf, end: (outcome: Outcome) => void, late?: LateAnswer): void {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const frame = frameOf(id);
    const text = JSON.stringify(frame);
    const verdict = verdictOn(frame, text);
    const isSent = verdict === undefined;
    const outcome = refusal(id, isSent ? Code.NO_ANSWER : verdict);
    const timer = this.#timers.setTimeout(() => this.#end(id, outcome), isSent ? ANSWER_TIMEOUT_MS : 0);
    this.#pending.set(id, { end, late, timer, link: isSent ? this.#actions.transmit(text) : undefined });
  }

  /** An answer from the server. Without a request that waits for it or has waited for it, it is ignored. */
  answer(answer: Answer): void {
    if (this.#pending.has(answer.id)) this.#end(answer.id, answer);
    else this.#late.get(answer.id)?.(answer);
  }

  /** The server cannot serve this request over its link: it is to be repeated on another one. */
  drop(id: string): void {
    this.#end(id, { event: 'lost' });
  }

  isWaitingOn(link: Link): boolean {
    return [...this.#pending.values()].some((pending) => pending.link === link);
  }

  /** This link is lost. */
  lose(link: Link): void {
    for (const [id, pending] of [...this.#pending]) if (pending.link === link) this.drop(id);
  }

  #end(id: string, outcome: Outcome): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#timers.clearTimeout(pending.timer);
    if (pending.late !== undefined) this.#keep(id, pending.late);
    pending.end(outcome);
    this.#actions.ended();
  }

  #keep(id: string, late: LateAnswer): void {
    this.#late.set(id, late);
    const [oldest] = this.#late.keys();
    if (this.#late.size > ENDED_MAX && oldest !== undefined) this.#late.delete(oldest);
  }
}

/** A refusal that the client makes itself, in the form of the server's; only its code is used. */
export function refusal(id: string, code: number): RefusalAnswer {
  return { event: 'answer', id, code, message: '' };
}
