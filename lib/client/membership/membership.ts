import type { Answer, JoinedAnswer, RefusalAnswer } from '../../protocol/answers.ts';
import type { JoinFrame, Resume } from '../../protocol/client-frames.ts';
import { Code } from '../../protocol/codes.ts';
import type { EndReason } from '../../protocol/end-reason.ts';
import type { Timers } from '../core/deps.ts';
import { type Operation, type Operations, type Settled, saysNotInRoom } from '../room/operations.ts';
import { RETRY_MS } from '../room/retry.ts';
import { DoubtTimer } from './doubt-timer.ts';
import { moveMembership } from './reducer.ts';
import {
  type JoinOptions,
  type Member,
  type MembershipEffect,
  type MembershipEvent,
  type MembershipState,
  memberOf,
} from './state.ts';

export type { JoinOptions, Member };

/** What a membership reports to its room. */
export interface MembershipEvents {
  joining(): void;
  /** The user is a member, by a new or a resumed membership; `messageCount` as in the join frame. */
  joined(answer: JoinedAnswer, messageCount: number): void;
  /** The client has joined again without the app's help; or, with an error code, the user is no longer a member. */
  rejoined(code: number): void;
  removed(reason: EndReason): void;
  /** The user has left, by a leave that had ended with an error. */
  left(): void;
  /** The user is not a member: the room drops what it has kept. */
  forgotten(): void;
  settled(): void;
}

/** What a membership works with. */
export interface MembershipDeps {
  readonly timers: Timers;
  readonly operations: Operations;
  /** The last seq that was handed to the app; undefined = the app has seen nothing of the room. */
  readonly lastSeq: () => number | undefined;
}

/** Whether this user is in one room. Holds the state and does what its transitions demand. */
export class Membership {
  readonly #roomId: string;
  readonly #operations: Operations;
  readonly #events: MembershipEvents;
  readonly #lastSeq: MembershipDeps['lastSeq'];
  readonly #doubts: DoubtTimer;
  #state: MembershipState = { at: 'out' };
  /** The last membership that ended. An answer that was sent before its end may arrive after it. */
  #endedId: string | undefined;
  /** How many ends the client has learned. */
  #ends = 0;

  constructor(roomId: string, { timers, operations, lastSeq }: MembershipDeps, events: MembershipEvents) {
    this.#roomId = roomId;
    this.#operations = operations;
    this.#events = events;
    this.#lastSeq = lastSeq;
    this.#doubts = new DoubtTimer(timers, {
      isMoving: () => operations.has('join') || operations.has('leave'),
      passed: (unanswered) => this.#doubtsPassed(unanswered),
    });
  }

  get current(): Member | undefined {
    return memberOf(this.#state);
  }

  /** The user is a member, or about to be one. */
  get isExpected(): boolean {
    return this.current !== undefined || this.#state.at === 'joining' || this.#operations.has('join');
  }

  /** Something about this membership is not settled yet. */
  get isOpen(): boolean {
    return this.#state.at === 'unknown' || this.#doubts.isRunning;
  }

  join(options: JoinOptions, done: (code: number) => void): void {
    this.#events.joining();
    // The app wants in again: nothing is left to be undone. A leave under way comes first.
    if (this.#state.at === 'unknown') this.#operations.remove('leave');
    let isSent = false;
    this.#operations.add({
      ...this.#joinOperation(options),
      started: () => {
        isSent = true;
        this.#move({ type: 'join' });
      },
      settle: (answer, how) => {
        if ('membership' in answer) this.#joined('join', answer, options, how, () => done(Code.OK));
        else if (isSent) this.#notJoined(answer as RefusalAnswer, how, done);
        else this.#notSent(answer.code, done);
        this.#events.settled();
      },
    });
  }

  leave(done: (code: number) => void): void {
    let wasMember = this.#state.at !== 'out';
    this.#operations.remove('resume');
    if (this.#state.at === 'unknown') this.#operations.remove('leave');
    this.#operations.add({
      ...this.#leaveOperation(),
      started: () => {
        wasMember ||= this.current !== undefined;
        this.#move({ type: 'leave' });
      },
      settle: (answer, { attempts, isOpen }) => {
        const isOut = isOver(answer);
        this.#move(isOut ? { type: 'left' } : isOpen ? { type: 'overdue', to: 'leave' } : { type: 'stays' });
        // An earlier attempt or an eviction may have ended the membership already: the leave counts as done.
        done(isOut && (wasMember || attempts > 1) ? Code.OK : answer.code);
        this.#events.settled();
      },
    });
  }

  /** Asks whether the user is still a member, and for missed messages. Does nothing during a leave. */
  resume(): void {
    if (!this.#operations.has('leave') && !this.#operations.has('resume')) this.#move({ type: 'doubt' });
  }

  /** The server has ended the current membership. */
  removed(reason: EndReason): void {
    if (this.#operations.has('leave')) return;
    this.#noteEnd();
    this.#operations.remove('resume');
    this.#move({ type: 'removed', reason });
    this.#operations.proceed();
  }

  /** The room of the current membership is destroyed. */
  destroyed(): void {
    this.#noteEnd();
    this.#operations.remove('resume');
    this.#move({ type: 'destroyed' });
    this.#operations.proceed();
  }

  /** The server has sent what only members get. */
  sign(): void {
    if (!this.#doubts.isRunning && !this.#operations.has('join')) this.#move({ type: 'sign' });
  }

  userChanged(): void {
    this.#move({ type: 'userChanged' });
    this.#doubts.stop();
  }

  /** The connection is closed for good. */
  stop(): void {
    this.#doubts.stop();
  }

  #move(event: MembershipEvent): void {
    const wasIn = this.#state.at !== 'out';
    const { state, effects } = moveMembership(this.#state, event);
    this.#state = state;
    if (state.at === 'out' && wasIn) this.#doubts.ended();
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: MembershipEffect): void {
    if (effect.do === 'ask') this.#ask(effect.what);
    else if (effect.do === 'forget') this.#events.forgotten();
    else if (effect.do === 'report removed') this.#events.removed(effect.reason);
    else if (effect.do === 'report joined') this.#events.rejoined(effect.code);
    else this.#events.left();
  }

  #ask(what: 'resume' | 'rejoin' | 'leave'): void {
    const { current } = this;
    if (what === 'leave') this.#leaveAgain();
    else if (what === 'resume' && current !== undefined) this.#askResume(current);
    else if (this.#state.at === 'joining' && this.#state.by === 'client') this.#rejoin(this.#state.options);
  }

  #askResume(member: Member): void {
    if (this.#operations.has('leave') || this.#operations.has('resume')) return;
    this.#operations.addFirst({
      kind: 'resume',
      isEndless: true,
      // Names this membership even if it has ended since: without one the frame would be a fresh join.
      frameOf: (id) => ({ ...this.#newJoinFrame(id, member), resume: resumeOf(member, this.#lastSeq() ?? 0) }),
      settle: (answer, how) => {
        // A push may have ended this membership since then; that has been handled.
        if (this.current?.membershipId === member.membershipId) {
          if ('membership' in answer) this.#joined('resume', answer, member, how, () => {});
          else this.#refused('resume', answer as RefusalAnswer);
        }
        this.#events.settled();
      },
    });
  }

  #rejoin(options: JoinOptions): void {
    if (this.#operations.has('leave') || this.#operations.has('join')) return;
    this.#events.joining();
    this.#operations.addFirst({
      ...this.#joinOperation(options, { rejoin: true }),
      isEndless: true,
      settle: (answer, how) => {
        if ('membership' in answer) this.#joined('join', answer, options, how, () => {});
        else this.#refused('join', answer as RefusalAnswer);
        this.#events.settled();
      },
    });
  }

  /** Until the server has decided, or the app joins again. */
  #leaveAgain(): void {
    if (this.#operations.has('leave')) return;
    this.#operations.addFirst({
      ...this.#leaveOperation(),
      isEndless: true,
      isWanted: () => !this.#operations.has('join'),
      settle: (answer) => {
        if (isOver(answer)) this.#move({ type: 'left' });
        this.#events.settled();
      },
    });
  }

  #joinOperation(options: JoinOptions, more: Pick<JoinFrame, 'rejoin'> = {}): Omit<Operation, 'settle'> {
    // By the id of each attempt.
    const endsKnown = new Map<string, number>();
    return {
      kind: 'join',
      frameOf: (id) => {
        endsKnown.set(id, this.#ends);
        return { ...this.#joinFrame(id, options), ...more };
      },
      again: (answer) => this.#isAskedAgain(answer, endsKnown.get(answer.id) ?? 0),
      unanswered: () => this.#doubts.unanswered('join'),
      late: (answer) => {
        if ('membership' in answer) this.#move({ type: 'sign' });
      },
    };
  }

  #leaveOperation(): Omit<Operation, 'settle'> {
    return {
      kind: 'leave',
      frameOf: (id) => ({ action: 'leave', id, room: this.#roomId }),
      unanswered: () => this.#doubts.unanswered('leave'),
      late: (answer) => {
        if (!isOver(answer)) return;
        this.#operations.remove('leave');
        this.#move({ type: 'left' });
        // It may have ended what the app has joined since.
        this.resume();
      },
    };
  }

  /** The delay before a join is asked again; undefined = this answer decides. */
  #isAskedAgain(answer: Answer, endsKnown: number): number | undefined {
    // The answer may be older than the end that is known: then it says nothing of now. What was asked after that end is
    // newer, even if it names the same membership, which goes on by another device.
    if ('membership' in answer) {
      return answer.membership === this.#endedId && endsKnown < this.#ends ? RETRY_MS : undefined;
    }
    if (this.current === undefined || endReasonIn(answer as RefusalAnswer) !== 'offline') return undefined;
    this.#refused('join', answer as RefusalAnswer);
    this.#events.joining();
    return 0;
  }

  #joinFrame(id: string, options: JoinOptions): JoinFrame {
    const { current } = this;
    const seq = this.#lastSeq();
    const frame = this.#newJoinFrame(id, options);
    return current === undefined || seq === undefined ? frame : { ...frame, resume: resumeOf(current, seq) };
  }

  #newJoinFrame(id: string, { messageCount, autoCreate }: JoinOptions): JoinFrame {
    return { action: 'join', id, room: this.#roomId, messageCount, autoCreate };
  }

  #joined(to: 'join' | 'resume', answer: JoinedAnswer, options: JoinOptions, how: Settled, done: () => void): void {
    const { roomEpoch, membership: membershipId } = answer;
    const { messageCount, autoCreate } = options;
    this.#move({ type: 'joined', to, member: { roomEpoch, membershipId, messageCount, autoCreate } });
    done();
    this.#events.joined(answer, messageCount);
    // The answer came over a link that is about to be closed, so the current one needs a resume.
    if (how.hasMoved) this.resume();
  }

  /** It has decided nothing: what it would have decided is still to be found out. */
  #notSent(code: number, done: (code: number) => void): void {
    this.#move({ type: 'doubt' });
    done(code);
  }

  #notJoined(answer: RefusalAnswer, { isOpen }: Settled, done: (code: number) => void): void {
    if (isOpen) this.#move({ type: 'overdue', to: 'join' });
    else this.#refused('join', answer);
    done(answer.code);
  }

  #refused(to: 'join' | 'resume', answer: RefusalAnswer): void {
    const reason = endReasonIn(answer);
    if (reason !== undefined) this.#noteEnd();
    this.#move({ type: 'refused', to, code: answer.code, reason });
  }

  #noteEnd(): void {
    this.#endedId = this.current?.membershipId;
    this.#ends += 1;
  }

  /** A frame without an answer may have been served until now, after all that came later. */
  #doubtsPassed(unanswered: ReadonlySet<'join' | 'leave'>): void {
    if (unanswered.has('join')) this.#move({ type: 'sign' });
    if (unanswered.has('leave')) this.resume();
    this.#events.settled();
  }
}

const resumeOf = ({ roomEpoch, membershipId }: Member, seq: number): Resume => ({
  roomEpoch,
  membership: membershipId,
  seq,
});

const isOver = (answer: Answer): boolean => answer.code === Code.OK || saysNotInRoom(answer);

function endReasonIn(answer: RefusalAnswer): EndReason | undefined {
  if (answer.code === Code.NOT_A_MEMBER) return answer.reason ?? 'offline';
  if (answer.code === Code.BLOCKED) return 'blocked';
  return answer.code === Code.NO_SUCH_ROOM ? 'destroyed' : undefined;
}
