import type { Answer, JoinedAnswer, SentAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import type { EndReason } from '../../protocol/end-reason.ts';
import type {
  ClosingPush,
  MemberChange,
  MembersPush,
  NoticePush,
  PushFrame,
  SyncPush,
} from '../../protocol/push-frames.ts';
import { Recent } from '../core/recent.ts';
import { type JoinOptions, Membership } from '../membership/membership.ts';
import { MessageFlow, type MessageFlowEvents } from '../messages/message-flow.ts';
import { arrivalOf } from '../messages/room-session.ts';
import { type Draft, Sends, type SentOutcome } from '../messages/sends.ts';
import type { FeatureMakers, FeatureRoom, RoomFeature, RoomFeatures } from './feature.ts';
import { type OperationDeps, Operations, saysNotInRoom } from './operations.ts';

const EARLY_PUSHES_MAX = 1000;
const SEEN_CHANGES_MAX = 2000;

/** The pushes that are about a room. */
export type RoomPush = Exclude<PushFrame, NoticePush | SyncPush | ClosingPush>;
/** The pushes for members only. */
type OwnPush = Exclude<RoomPush, MembersPush>;

/** What a room reports to its engine, which decides what the app gets. `messages` are without those that it sent. */
export interface RoomEvents extends Omit<MessageFlowEvents, 'notMember'> {
  joining(): void;
  rejoined(code: number): void;
  members(changes: readonly MemberChange[]): void;
  removed(reason: EndReason): void;
  /** The user has left, by a leave that had ended with an error. */
  left(): void;
  destroyed(automatic: boolean): void;
  /** The client need not keep this room any more. */
  idle(): void;
}

/** One room as this client knows it: the membership, what the app has seen, what is under way, and its features. */
export class Room<Features extends RoomFeatures> {
  readonly features: Features;
  readonly #roomId: string;
  readonly #events: RoomEvents;
  readonly #operations: Operations;
  readonly #membership: Membership;
  readonly #messages: MessageFlow;
  readonly #sends: Sends;
  readonly #each: readonly RoomFeature[];
  #early: OwnPush[] = [];
  readonly #seenChanges = new Recent(SEEN_CHANGES_MAX);

  constructor(roomId: string, deps: OperationDeps, makers: FeatureMakers<Features>, events: RoomEvents) {
    this.#roomId = roomId;
    this.#events = events;
    this.#operations = new Operations(deps, () => this.#checkIdle());
    this.#messages = new MessageFlow(roomId, deps, {
      ...events,
      messages: (messages, offlineSeq) => {
        for (const feature of this.#each) feature.handed?.(this.#messages.roomEpoch, messages);
        // Before the sends forget those of which they have waited for the outcome.
        const unknown = messages.filter((message) => !this.#sends.isOwn(message));
        this.#sends.seen(this.#messages.roomEpoch, messages);
        events.messages(unknown, offlineSeq);
      },
      notMember: () => this.#membership.resume(),
    });
    this.#sends = new Sends(roomId, deps, this.#operations, {
      accepted: (sent) => this.#accepted(sent),
      settled: (answer) => this.#sendSettled(answer),
      isMember: () => this.isMember,
      isSettling: () => this.#operations.has('resume') || this.#operations.has('join'),
    });
    this.#membership = this.#newMembership(deps.timers);
    this.features = this.#newFeatures(deps, makers);
    this.#each = Object.values(this.features);
  }

  join(options: JoinOptions, done: (code: number) => void): void {
    this.#membership.join(options, done);
  }

  leave(done: (code: number) => void): void {
    this.#membership.leave(done);
  }

  /** As `Sends.send`. */
  send(draft: Draft, done: SentOutcome, later: SentOutcome, isWanted?: () => boolean): void {
    this.#sends.send(draft, done, later, isWanted);
  }

  /** Frames go over another link: resume first, then go on with what waits. */
  up(): void {
    this.#membership.resume();
    this.#operations.proceed();
    this.#sends.askAgain();
  }

  /** Operations that waited for another room can go on. */
  proceed(): void {
    this.#operations.proceed();
  }

  get isMember(): boolean {
    return this.#membership.current !== undefined;
  }

  get isResuming(): boolean {
    return this.#operations.has('resume');
  }

  down(): void {
    this.#operations.pause();
    this.#sends.pause();
    this.#messages.pause();
    for (const feature of this.#each) feature.pause?.();
  }

  /** Ends all waiting operations; the membership stays, for a later connection. */
  stop(code: number): void {
    this.down();
    this.#operations.end(code);
    this.#membership.stop();
    this.#sends.stop();
    for (const feature of this.#each) feature.stop?.(code);
    this.#checkIdle();
  }

  /** What the room knows is of a former user, whose calls have ended. Those that wait are of the new one. */
  userChanged(): void {
    this.#sends.userChanged();
    this.#membership.userChanged();
    this.#checkIdle();
  }

  push(frame: RoomPush): void {
    if (frame.event === 'members') this.#pushedMembers(frame);
    else if (this.#isCurrent(frame)) this.#take(frame);
    // It may have overtaken the answer of the join that it belongs to.
    else if (this.#operations.has('join') && this.#early.length < EARLY_PUSHES_MAX) this.#early.push(frame);
    else if (frame.event === 'messages') this.#membership.sign();
    this.#checkIdle();
  }

  #newMembership(timers: OperationDeps['timers']): Membership {
    const events = this.#events;
    return new Membership(
      this.#roomId,
      { timers, operations: this.#operations, lastSeq: () => this.#messages.lastSeq },
      {
        joining: () => events.joining(),
        joined: (answer, messageCount) => this.#joined(answer, messageCount),
        rejoined: (code) => events.rejoined(code),
        removed: (reason) => {
          for (const feature of this.#each) feature.pause?.();
          events.removed(reason);
        },
        forgotten: () => this.#forget(),
        left: () => events.left(),
        settled: () => {
          this.#sends.askAgain();
          this.#checkIdle();
        },
      },
    );
  }

  #newFeatures(deps: OperationDeps, makers: FeatureMakers<Features>): Features {
    const room: FeatureRoom = {
      roomId: this.#roomId,
      deps,
      operations: this.#operations,
      isExpected: () => this.#membership.isExpected,
      notMember: () => this.#membership.resume(),
      ownRecallBegins: (messageId) => this.#messages.ownRecallBegins(messageId),
      ownRecallEnds: (messageId, isDone) => this.#messages.ownRecallEnds(messageId, isDone),
      settled: (answer) => this.#settled(answer),
      rested: () => this.#checkIdle(),
    };
    const made = Object.entries(makers).map(([name, make]) => [name, make(room)]);
    return Object.fromEntries(made) as Features;
  }

  #joined(answer: JoinedAnswer, messageCount: number): void {
    this.#messages.joined(answer, messageCount);
    for (const feature of this.#each) feature.joined?.(answer);
    const early = this.#early;
    this.#early = [];
    for (const frame of early) if (this.#isCurrent(frame)) this.#take(frame);
  }

  #isCurrent(frame: OwnPush): boolean {
    const { current } = this.#membership;
    if (frame.event === 'removed') return frame.membership === current?.membershipId;
    return frame.roomEpoch === current?.roomEpoch;
  }

  #take(frame: OwnPush): void {
    if (frame.event === 'messages') this.#messages.receive(frame.roomEpoch, frame.messages.map(arrivalOf));
    else if (frame.event === 'recalled') this.#messages.recalled(frame.message);
    else if (frame.event === 'broadcast') this.#messages.broadcast(frame.message);
    else if (frame.event === 'removed') this.#membership.removed(frame.reason);
    else if (frame.event === 'destroyed') {
      this.#membership.destroyed();
      this.#events.destroyed(frame.automatic);
    } else for (const feature of this.#each) feature.pushed?.(frame);
  }

  #pushedMembers(frame: MembersPush): void {
    const isMine = this.#membership.current?.roomEpoch === frame.roomEpoch || this.#operations.has('join');
    const changes = frame.changes.filter(
      (change) => isMine && this.#seenChanges.isNew(`${change.membership} ${change.change}`),
    );
    if (changes.length > 0) this.#events.members(changes);
  }

  /** Before the app learns it, because it may then ask for the messages that follow. */
  #accepted(sent: SentAnswer): void {
    if (this.#membership.current === undefined) return;
    for (const feature of this.#each) feature.handed?.(sent.roomEpoch, [sent]);
  }

  #sendSettled(answer: Answer): void {
    if ('messageId' in answer && this.#membership.current !== undefined) {
      this.#messages.receive(answer.roomEpoch, [{ seq: answer.seq, message: 'own' }]);
    }
    this.#settled(answer);
  }

  /** An operation has ended; a refusal may say that the user is not a member. */
  #settled(answer: Answer): void {
    if (saysNotInRoom(answer) || answer.code === Code.BLOCKED) this.#membership.resume();
    this.#checkIdle();
  }

  #forget(): void {
    this.#early = [];
    this.#seenChanges.clear();
    this.#messages.forget();
    for (const feature of this.#each) feature.forget?.();
    this.#sends.forget();
    this.#sends.askAgain();
  }

  #checkIdle(): void {
    const isOpen = this.#membership.isOpen || !this.#sends.isEmpty;
    const isKept = isOpen || this.#membership.isExpected || !this.#operations.isEmpty;
    if (!isKept && !this.#each.some((feature) => feature.isKept)) this.#events.idle();
  }
}
