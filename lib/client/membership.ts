import type { JoinedAnswer, RefusalAnswer } from '../protocol/answers.ts';
import type { ClientFrame, Resume } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import type { EndReason } from '../protocol/end-reason.ts';
import { isOut, isRefusal, type Operation, type Operations } from './operations.ts';

/** With these he may be a member as well as not. */
const SAYING_NOTHING: readonly number[] = [Code.DISCONNECTED, Code.TOKEN_EXPIRED];

type JoinFrame = Extract<ClientFrame, { action: 'join' }>;

/** How the app joined; a join after a removal is made the same way. */
export interface JoinOptions {
  readonly messageCount: number;
  readonly autoCreate: boolean;
}

/** What of a membership is known here. */
export interface Member extends JoinOptions {
  readonly roomEpoch: string;
  readonly membership: string;
}

/** What a membership tells its room. */
export interface MembershipEvents {
  joining(): void;
  /** He is in, anew or still; the join asked for so many messages. */
  joined(answer: JoinedAnswer, messageCount: number): void;
  /** A join that the app did not ask for has ended. */
  rejoined(code: number): void;
  removed(reason: EndReason): void;
  /** Nothing of the room is to be kept. */
  forgotten(): void;
  settled(): void;
}

/** Whether this user is in one room: joining, coming back, being put out, leaving. */
export class Membership {
  readonly #room: string;
  readonly #operations: Operations;
  readonly #events: MembershipEvents;
  /** The last seq that was handed to the app; undefined = he has seen nothing of the room. */
  readonly #lastSeq: () => number | undefined;
  #member: Member | undefined;
  /** He was put out as offline, and is to join afresh as soon as that can be. */
  #rejoining: JoinOptions | undefined;
  /** The membership that a push has ended last: an answer may come later that does not know it yet. */
  #ended: { readonly membership: string; readonly reason: EndReason } | undefined;

  constructor(room: string, operations: Operations, events: MembershipEvents, lastSeq: () => number | undefined) {
    this.#room = room;
    this.#operations = operations;
    this.#events = events;
    this.#lastSeq = lastSeq;
  }

  get current(): Member | undefined {
    return this.#member;
  }

  /** He is a member, or about to be one. */
  get isExpected(): boolean {
    return this.#member !== undefined || this.#rejoining !== undefined || this.#operations.has('join');
  }

  join(options: JoinOptions, done: (code: number) => void): void {
    this.#events.joining();
    this.#operations.add(this.#joinOf(options, done));
  }

  leave(done: (code: number) => void): void {
    this.#operations.remove('resume');
    this.#operations.add({
      kind: 'leave',
      frameOf: (id) => ({ action: 'leave', id, room: this.#room }),
      settle: (answer, { attempts }) => {
        const wasMember = this.#member !== undefined;
        const isOver = answer.code === Code.OK || isOut(answer);
        if (isOver) this.forget();
        // While it was under way nobody asked whether he is in; a join of the app must know.
        else if (answer.code !== Code.DISCONNECTED) this.resume();
        // An earlier attempt, or the rule, may have ended the membership already: he is out as he wished.
        const isAsWished = isOver && (wasMember || attempts > 1);
        done(isAsWished ? Code.OK : answer.code);
        this.#events.settled();
      },
    });
  }

  /** Asks whether he is a member still and for what he missed; not if he is about to leave. */
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
      // By this very membership, even if it has ended meanwhile: without it this would be a join that nobody asked for.
      frameOf: (id) => ({ ...this.#freshFrame(id, member), resume: resumeOf(member, this.#lastSeq() ?? 0) }),
      settle: (answer, { hasMoved }) => {
        // Told meanwhile by a push that this membership is over: that has been dealt with.
        const isOver = this.#member === undefined || this.#member.membership !== member.membership;
        if ('membership' in answer && !isOver) this.#joined(answer, member, hasMoved, () => {});
        else if (isRefusal(answer) && !isOver && !SAYING_NOTHING.includes(answer.code)) this.#lost(answer);
        this.#events.settled();
      },
    });
  }

  /** The server has ended the present membership. */
  removed(reason: EndReason): void {
    const member = this.#member;
    // After his own leave he is told nothing but that he has left.
    if (this.#operations.has('leave')) return;
    this.#hasEnded(reason);
    if (member === undefined || reason !== 'offline') this.forget();
    else this.#member = undefined;
    this.#events.removed(reason);
    if (member !== undefined && reason === 'offline') this.#rejoin(member);
    this.#operations.proceed();
  }

  /** The room of the present membership is gone. */
  destroyed(): void {
    this.#hasEnded('destroyed');
    this.forget();
    this.#operations.proceed();
  }

  forget(): void {
    this.#member = undefined;
    this.#rejoining = undefined;
    this.#events.forgotten();
  }

  #joinOf(options: JoinOptions, done: (code: number) => void): Operation {
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
    const frame = this.#freshFrame(id, options);
    return member === undefined || seq === undefined ? frame : { ...frame, resume: resumeOf(member, seq) };
  }

  #freshFrame(id: string, { messageCount, autoCreate }: JoinOptions): JoinFrame {
    return { action: 'join', id, room: this.#room, messageCount, autoCreate };
  }

  #hasEnded(reason: EndReason): void {
    if (this.#member !== undefined) this.#ended = { membership: this.#member.membership, reason };
    this.#operations.remove('resume');
  }

  /** `hasMoved`: he is in by a link that is about to be closed, so the present one must bring him in too. */
  #joined(answer: JoinedAnswer, options: JoinOptions, hasMoved: boolean, done: () => void): void {
    const { roomEpoch, membership } = answer;
    const { messageCount, autoCreate } = options;
    this.#member = { roomEpoch, membership, messageCount, autoCreate };
    this.#rejoining = undefined;
    done();
    this.#events.joined(answer, messageCount);
    if (membership === this.#ended?.membership) this.removed(this.#ended.reason);
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

  /** A resume was refused. Kicked as offline, he joins afresh by himself; otherwise the room is over for him. */
  #lost(answer: RefusalAnswer, join?: { options: JoinOptions; done: (code: number) => void }): void {
    const reason = removalReason(answer);
    if (reason === 'offline' && join !== undefined) {
      this.#member = undefined;
      // Before he is told: what the app asks for then, such as a leave, comes after this join.
      this.#operations.addFirst(this.#joinOf(join.options, join.done));
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
        else if (!SAYING_NOTHING.includes(answer.code)) {
          this.forget();
          this.#events.rejoined(answer.code);
        }
        this.#events.settled();
      },
    });
  }
}

const resumeOf = ({ roomEpoch, membership }: Member, seq: number): Resume => ({ roomEpoch, membership, seq });

function removalReason(answer: RefusalAnswer): EndReason | undefined {
  if (answer.code === Code.NOT_A_MEMBER) return answer.reason ?? 'offline';
  if (answer.code === Code.BLOCKED) return 'blocked';
  return answer.code === Code.NO_SUCH_ROOM ? 'destroyed' : undefined;
}
