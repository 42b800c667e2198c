import type { JoinedAnswer } from '../../protocol/answers.ts';
import { MESSAGE_COUNT_DEFAULT } from '../../protocol/limits.ts';
import type { Message } from '../../protocol/message.ts';
import { Recent } from '../core/recent.ts';
import type { AskDeps } from '../room/operations.ts';
import { Repairer } from './repairer.ts';
import {
  type Arrival,
  openSession,
  recall,
  receive,
  resumeSession,
  type SessionEvent,
  type SessionStep,
} from './room-session.ts';

const SEEN_MAX = 1000;
const NONE = -1;

/** What a flow reports to its room. */
export interface MessageFlowEvents {
  /** `offlineSeq`: messages up to this seq were sent before the user joined or resumed. */
  messages(messages: readonly Message[], offlineSeq: number): void;
  /** This message replaces one that the app has. */
  recalled(message: Message): void;
  gap(afterSeq: number, beforeSeq: number): void;
  /** The server says that the user is not a member. */
  notMember(): void;
}

/** Delivers the messages of one room to the app: in order, each once, with the missing ones fetched. */
export class MessageFlow {
  readonly #events: MessageFlowEvents;
  readonly #repairer: Repairer;
  readonly #seenBroadcasts = new Recent(SEEN_MAX);
  readonly #seenRecalls = new Recent(SEEN_MAX);
  /** Own recalls under way, each with the event that came for its message. */
  readonly #ownRecalls = new Map<string, Message | undefined>();
  #offlineSeq = NONE;

  constructor(roomId: string, deps: AskDeps, events: MessageFlowEvents) {
    this.#events = events;
    this.#repairer = new Repairer(roomId, deps, {
      step: (step, hasMore) => this.#report(step, hasMore),
      notMember: () => events.notMember(),
    });
  }

  /** The last seq that was handed to the app; undefined = the app has seen nothing of the room. */
  get lastSeq(): number | undefined {
    return this.#repairer.session?.seq;
  }

  get roomEpoch(): string {
    return this.#repairer.session?.roomEpoch ?? '';
  }

  /** `messageCount`: as in the join frame. */
  joined(answer: JoinedAnswer, messageCount: number): void {
    const count = messageCount === 0 ? MESSAGE_COUNT_DEFAULT : Math.max(0, messageCount);
    const session = this.#repairer.session;
    this.#offlineSeq = answer.latestSeq;
    const step = session === undefined ? openSession(answer, count) : resumeSession(session, answer, count);
    this.#report(step, answer.latestSeq > answer.seq);
  }

  receive(roomEpoch: string, arrivals: readonly Arrival[]): void {
    const session = this.#repairer.session;
    if (session?.roomEpoch === roomEpoch) this.#report(receive(session, arrivals), false);
  }

  recalled(message: Message): void {
    const session = this.#repairer.session;
    if (session !== undefined) this.#report(recall(session, message), false);
  }

  broadcast(message: Message): void {
    if (this.#seenBroadcasts.isNew(message.messageId)) this.#events.messages([message], NONE);
  }

  /** The user recalls a message here, so the app needs no event. */
  ownRecallBegins(messageId: string): void {
    this.#ownRecalls.set(messageId, undefined);
  }

  /** Where it is not known to be done, the app gets the event of the one that has recalled the message. */
  ownRecallEnds(messageId: string, isDone: boolean): void {
    const recalled = this.#ownRecalls.get(messageId);
    this.#ownRecalls.delete(messageId);
    if (isDone) this.#seenRecalls.isNew(messageId);
    else if (recalled !== undefined) this.#reportRecall(recalled);
  }

  pause(): void {
    this.#repairer.pause();
  }

  forget(): void {
    this.#seenBroadcasts.clear();
    this.#seenRecalls.clear();
    this.#ownRecalls.clear();
    this.#offlineSeq = NONE;
    this.#repairer.forget();
  }

  /** `hasMore`: the server has more of what is missing. */
  #report(step: SessionStep, hasMore: boolean): void {
    // First the state, then the app: a listener may call back into this room.
    this.#repairer.follow(step.session, hasMore);
    let run: Message[] = [];
    const handOver = () => {
      if (run.length > 0) this.#events.messages(run, this.#offlineSeq);
      run = [];
    };
    for (const event of step.events) {
      if ('message' in event) run.push(event.message);
      else {
        handOver();
        this.#reportOther(event);
      }
    }
    handOver();
  }

  #reportOther(event: Exclude<SessionEvent, { message: Message }>): void {
    if ('gap' in event) this.#events.gap(event.gap.afterSeq, event.gap.beforeSeq);
    else this.#reportRecall(event.recalled);
  }

  #reportRecall(message: Message): void {
    const { messageId } = message;
    if (this.#ownRecalls.has(messageId)) this.#ownRecalls.set(messageId, message);
    else if (this.#seenRecalls.isNew(messageId)) this.#events.recalled(message);
  }
}
