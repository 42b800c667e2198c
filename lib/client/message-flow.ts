import type { JoinedAnswer } from '../protocol/answers.ts';
import { MESSAGE_COUNT_DEFAULT } from '../protocol/limits.ts';
import type { Message } from '../protocol/message.ts';
import type { AskDeps } from './operations.ts';
import { Recent } from './recent.ts';
import { Repairer } from './repairer.ts';
import {
  openSession,
  type Place,
  recall,
  receive,
  resumeSession,
  type SessionEvent,
  type SessionStep,
} from './room-session.ts';

const SEEN_MAX = 1000;
const NONE = -1;

/** What a flow tells its room. */
export interface MessageFlowEvents {
  /** `offlineSeq`: those up to this seq were sent before he was in the room, or in it again. */
  messages(messages: readonly Message[], offlineSeq: number): void;
  /** The app has had the message in whose place this one now stands. */
  recalled(message: Message): void;
  gap(afterSeq: number, beforeSeq: number): void;
  /** The server says that he is no member. */
  notMember(): void;
}

/** The messages of one room on their way to the app: in order, each once, with what was missing. */
export class MessageFlow {
  readonly #events: MessageFlowEvents;
  readonly #repairer: Repairer;
  readonly #seenBroadcasts = new Recent(SEEN_MAX);
  readonly #seenRecalls = new Recent(SEEN_MAX);
  #offlineSeq = NONE;

  constructor(room: string, deps: AskDeps, events: MessageFlowEvents) {
    this.#events = events;
    this.#repairer = new Repairer(room, deps, {
      step: (step, hasMore) => this.#tell(step, hasMore),
      notMember: () => events.notMember(),
    });
  }

  /** The last seq that was handed to the app; undefined = it has seen nothing of the room. */
  get lastSeq(): number | undefined {
    return this.#repairer.session?.seq;
  }

  get roomEpoch(): string {
    return this.#repairer.session?.roomEpoch ?? '';
  }

  /** `messageCount`: how many messages the join asked for, as in its frame. */
  joined(answer: JoinedAnswer, messageCount: number): void {
    const count = messageCount === 0 ? MESSAGE_COUNT_DEFAULT : Math.max(0, messageCount);
    const session = this.#repairer.session;
    this.#offlineSeq = answer.latestSeq;
    const step = session === undefined ? openSession(answer, count) : resumeSession(session, answer, count);
    this.#tell(step, answer.latestSeq > answer.seq);
  }

  receive(roomEpoch: string, places: readonly Place[]): void {
    const session = this.#repairer.session;
    if (session?.roomEpoch === roomEpoch) this.#tell(receive(session, places), false);
  }

  recalled(message: Message): void {
    const session = this.#repairer.session;
    if (session !== undefined) this.#tell(recall(session, message), false);
  }

  broadcast(message: Message): void {
    if (this.#seenBroadcasts.isNews(message.messageId)) this.#events.messages([message], NONE);
  }

  /** He recalls it himself, so he need not be told; false = he could not. */
  recallsHimself(messageId: string, isDone: boolean): void {
    if (isDone) this.#seenRecalls.isNews(messageId);
    else this.#seenRecalls.forget(messageId);
  }

  pause(): void {
    this.#repairer.pause();
  }

  forget(): void {
    this.#seenBroadcasts.clear();
    this.#seenRecalls.clear();
    this.#offlineSeq = NONE;
    this.#repairer.forget();
  }

  /** `hasMore`: the server has more of what is missing now. */
  #tell(step: SessionStep, hasMore: boolean): void {
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
        this.#tellOther(event);
      }
    }
    handOver();
  }

  #tellOther(event: Exclude<SessionEvent, { message: Message }>): void {
    if ('gap' in event) this.#events.gap(event.gap.afterSeq, event.gap.beforeSeq);
    else if (this.#seenRecalls.isNews(event.recalled.messageId)) this.#events.recalled(event.recalled);
  }
}
