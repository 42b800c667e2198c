import type { JoinedAnswer, RefusalAnswer } from '../protocol/answers.ts';
import type { ClientFrame, Resume } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import type { EndReason } from '../protocol/end-reason.ts';
import { isRefusal, type Operation, type Operations, saysNotInRoom } from './operations.ts';

/** Codes that do not say whether the user is a member. */
const INCONCLUSIVE_CODES: readonly number[] = [Code.DISCONNECTED, Code.TOKEN_EXPIRED];

type JoinFrame = Extract<ClientFrame, { action: 'join' }>;

/** What the app asked for when it joined. The client uses it again for each resume and rejoin. */
export interface JoinOptions {
  readonly messageCount: number;
  readonly autoCreate: boolean;
}

/** A membership as the client knows it. */
export interface Member extends JoinOptions {
  readonly roomEpoch: string;
  readonly membershipId: string;
}

/** What a membership reports to its room. */
export interface MembershipEvents {
  joining(): void;
  /** The user is a member, by a new or a resumed membership; `messageCount` as in the join frame. */
  joined(answer: JoinedAnswer, messageCount: number): void;
  /** The client has joined again without the app's help; or, with an error code, the user is no longer a member. */
  rejoined(code: number): void;
  removed(reason: EndReason): void;
  /** The user is not a member: the room drops what it has kept. */
  forgotten(): void;
  settled(): void;
}

/** Whether this user is in one room: join, resume, removal, leave. */
export class Membership {
  readonly #roomId: string;
  readonly #operations: Operations;
  readonly #events: MembershipEvents;
  /** The last seq that was handed to the app; undefined = the app has seen nothing of the room. */
  readonly #lastSeq: () => number | undefined;
  #member: Member | undefined;
  /** The user was evicted, and the client joins again as soon as possible. */
  #rejoining: JoinOptions | undefined;
  /** The last membership that ended. An answer that was sent before its end may arrive after it. */
  #ended: { readonly membershipId: string; readonly reason: EndReason } | undefined;

  constructor(roomId: string, operations: Operations, events: MembershipEvents, lastSeq: () => number | undefined) {
    this.#roomId = roomId;
    this.#operations = operations;
    this.#events = events;
    this.#lastSeq = lastSeq;
  }

  get current(): Member | undefined {
    return this.#member;
  }

  /** The user is a member, or about to be one. */
  get isExpected(): boolean {
    return this.#member !== undefined || this.#rejoining !== undefined || this.#operations.has('join');
  }

  join(options: JoinOptions, done: (code: number) => void): void {
    this.#events.joining();
    this.#operations.add(this.#joinOperation(options, done));
  }

  leave(done: (code: number) => void): void {
    this.#operations.remove('resume');
    this.#operations.add({
      kind: 'leave',
      frameOf: (id) => ({ action: 'leave', id, room: this.#roomId }),
      settle: (answer, { attempts }) => {
        const wasMember = this.#member !== undefined;
        const isOver = answer.code === Code.OK || saysNotInRoom(answer);
        if (isOver) this.forget();
        // The leave has held back any resume, and the app's next join needs the result of one.
        else if (answer.code !== Code.DISCONNECTED) this.resume();
        // An earlier attempt or an eviction may have ended the membership already: the leave counts as done.
        const isDone = isOver && (wasMember || attempts > 1);
        done(isDone ? Code.OK : answer.code);
        this.#events.settled();
      },
    });
  }

  /** Asks whether the user is still a member, and for missed messages. Does nothing during a leave. */
  resume(): void {
    const member = this.#member;
    if (this.#operations.has('leave') || this.#operations.has('resume')) return;
    if (member === undefined) {
      if (this.#rejoining !== undefined) this.#rejoin(this.#rejoining);
      return;
    }
    this.#operations.addFirst({
      kind: 'resume',
      isEndless: true,
      // Names this membership even if it has ended since: without one the frame would be a fresh join.
      frameOf: (id) => ({ ...this.#newJoinFrame(id, member), resume: resumeOf(member, this.#lastSeq() ?? 0) }),
      settle: (answer, { hasMoved }) => {
        // A push may have ended this membership since then; that has been handled.
        const isOver = this.#member === undefined || this.#member.membershipId !== member.membershipId;
        if ('membership' in answer && !isOver) this.#joined(answer, member, hasMoved, () => {});
        else if (isRefusal(answer) && !isOver && !INCONCLUSIVE_CODES.includes(answer.code)) this.#lost(answer);
        this.#events.settled();
      },
    });
  }

  /** The server has ended the current membership. */
  removed(reason: EndReason): void {
    const member = this.#member;
    // During a leave the app gets only the outcome of the leave.
    if (this.#operations.has('leave')) return;
    this.#noteEnd(reason);
    if (member === undefined || reason !== 'offline') this.forget();
    else this.#member = undefined;
    this.#events.removed(reason);
    if (member !== undefined && reason === 'offline') this.#rejoin(member);
    this.#operations.proceed();
  }

  /** The room of the current membership is destroyed. */
  destroyed(): void {
    this.#noteEnd('destroyed');
    this.forget();
    this.#operations.proceed();
  }

  forget(): void {
    this.#member = undefined;
    this.#rejoining = undefined;
    this.#events.forgotten();
  }

  #joinOperation(options: JoinOptions, done: (code: number) => void): Operation {
    return {
      kind: 'join',
      frameOf: (id) => this.#joinFrame(id, options),
      settle: (answer, { hasMoved }) => {
        if ('membership' in answer) this.#joined(answer, options, hasMoved, () => done(Code.OK));
        else if (isRefusal(answer)) this.#notJoined(answer, options, done);
        this.#events.settled();
      },
    };
  }

  #joinFrame(id: string, options: JoinOptions): JoinFrame {
    const member = this.#member;
    const seq = this.#lastSeq();
    const frame = this.#newJoinFrame(id, options);
    return member === undefined || seq === undefined ? frame : { ...frame, resume: resumeOf(member, seq) };
  }

  #newJoinFrame(id: string, { messageCount, autoCreate }: JoinOptions): JoinFrame {
    return { action: 'join', id, room: this.#roomId, messageCount, autoCreate };
  }

  #noteEnd(reason: EndReason): void {
    if (this.#member !== undefined) this.#ended = { membershipId: this.#member.membershipId, reason };
    this.#operations.remove('resume');
  }

  /** `hasMoved`: the join went over a link that is about to be closed, so the current one needs a resume. */
  #joined(answer: JoinedAnswer, options: JoinOptions, hasMoved: boolean, done: () => void): void {
    const { roomEpoch, membership: membershipId } = answer;
    const { messageCount, autoCreate } = options;
    this.#member = { roomEpoch, membershipId, messageCount, autoCreate };
    this.#rejoining = undefined;
    done();
    this.#events.joined(answer, messageCount);
    if (membershipId === this.#ended?.membershipId) this.removed(this.#ended.reason);
    else if (hasMoved) this.resume();
  }

  #notJoined(answer: RefusalAnswer, options: JoinOptions, done: (code: number) => void): void {
    const wasRemoved = this.#member !== undefined && removalReason(answer) !== undefined;
    if (wasRemoved) this.#lost(answer, { options, done });
    else {
      if (this.#member === undefined) this.forget();
      done(answer.code);
    }
  }

  /** A resume was refused. After an eviction the client joins again; otherwise the membership is over. */
  #lost(answer: RefusalAnswer, join?: { options: JoinOptions; done: (code: number) => void }): void {
    const reason = removalReason(answer);
    if (reason === 'offline' && join !== undefined) {
      this.#member = undefined;
      // Queued before the event, so that what the app does in its listener, such as a leave, comes after this join.
      this.#operations.addFirst(this.#joinOperation(join.options, join.done));
      this.#events.removed(reason);
      this.#events.joining();
    } else if (reason !== undefined) {
      this.removed(reason);
      join?.done(answer.code);
    } else {
      this.forget();
      this.#events.rejoined(answer.code);
    }
  }

  #rejoin(options: JoinOptions): void {
    if (this.#operations.has('leave') || this.#operations.has('join')) return;
    this.#rejoining = options;
    this.#events.joining();
    this.#operations.addFirst({
      kind: 'join',
      isEndless: true,
      frameOf: (id) => this.#joinFrame(id, options),
      settle: (answer, { hasMoved }) => {
        if ('membership' in answer) this.#joined(answer, options, hasMoved, () => this.#events.rejoined(Code.OK));
        else if (!INCONCLUSIVE_CODES.includes(answer.code)) {
          this.forget();
          this.#events.rejoined(answer.code);
        }
        this.#events.settled();
      },
    });
  }
}

const resumeOf = ({ roomEpoch, membershipId }: Member, seq: number): Resume => ({
  roomEpoch,
  membership: membershipId,
  seq,
});

function removalReason(answer: RefusalAnswer): EndReason | undefined {
  if (answer.code === Code.NOT_A_MEMBER) return answer.reason ?? 'offline';
  if (answer.code === Code.BLOCKED) return 'blocked';
  return answer.code === Code.NO_SUCH_ROOM ? 'destroyed' : undefined;
}
