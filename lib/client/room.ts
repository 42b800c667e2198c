import { Code } from '../protocol/codes.ts';
import type { EndReason, JoinedAnswer, Message, PushFrame, RefusalAnswer, SentAnswer } from '../protocol/frames.ts';
import { isRefusal, type OperationDeps, Operations } from './operations.ts';
import { Repairer } from './repairer.ts';
import { type Entry, entryOf, openSession, receive, resumeSession, type SessionStep } from './room-session.ts';

const EARLY_PUSHES_MAX = 1000;
const SEEN_CHANGES_MAX = 2000;

type Push<Event extends PushFrame['event']> = Extract<PushFrame, { event: Event }>;

/** What a room tells its engine; what of it reaches the app is decided there. */
export interface RoomEvents {
  joining(): void;
  rejoined(code: number): void;
  messages(messages: readonly Message[], offline: boolean): void;
  gap(afterSeq: number, beforeSeq: number): void;
  members(changes: Push<'members'>['changes']): void;
  removed(reason: EndReason): void;
  destroyed(automatic: boolean): void;
  /** Nothing is left to be kept of this room. */
  idle(): void;
}

/** How the app joined; a join after a removal is made the same way. */
export interface JoinOptions {
  readonly messageCount: number;
  readonly autoCreate: boolean;
}

interface Membership extends JoinOptions {
  readonly roomEpoch: string;
  readonly membership: string;
}

/** One room as this client knows it: his membership, what he has seen, and what is under way. */
export class Room {
  readonly #room: string;
  readonly #events: RoomEvents;
  readonly operations: Operations;
  readonly #repairer: Repairer;
  #member: Membership | undefined;
  #early: Push<'messages'>[] = [];
  #seenChanges = new Set<string>();

  constructor(room: string, deps: OperationDeps, events: RoomEvents) {
    this.#room = room;
    this.#events = events;
    this.operations = new Operations(deps);
    this.#repairer = new Repairer(room, deps, {
      step: (step) => this.#tell(step, false),
      notMember: () => this.#resume(),
    });
  }

  join(options: JoinOptions, done: (code: number) => void): void {
    this.#events.joining();
    this.operations.add({
      kind: 'join',
      frameOf: (id) => this.#joinFrame(id, options),
      settle: (answer) => {
        if ('membership' in answer) this.#joined(answer, options, () => done(Code.OK));
        else if (isRefusal(answer)) this.#notJoined(answer, options, done);
        this.#checkIdle();
      },
    });
  }

  leave(done: (code: number) => void): void {
    this.operations.remove('resume');
    this.operations.add({
      kind: 'leave',
      frameOf: (id) => ({ action: 'leave', id, room: this.#room }),
      settle: (answer, attempts) => {
        const wasMember = this.#member !== undefined;
        const isOut = answer.code === Code.OK || answer.code === Code.NOT_A_MEMBER;
        if (isOut) this.#forget();
        // An earlier attempt, or the rule, may have ended the membership already: he is out as he wished.
        const isAsWished = isOut && (wasMember || attempts > 1);
        done(isAsWished ? Code.OK : answer.code);
        this.#checkIdle();
      },
    });
  }

  send(
    message: { readonly clientMessageId: string; readonly type: string; readonly content: string },
    done: (code: number, sent: SentAnswer | undefined) => void,
  ): void {
    this.operations.add({
      kind: 'send',
      frameOf: (id) => ({ action: 'send', id, room: this.#room, ...message }),
      settle: (answer) => {
        const sent = 'messageId' in answer ? answer : undefined;
        done(answer.code, sent);
        if (sent !== undefined) this.#receive(sent.roomEpoch, [{ seq: sent.seq, message: null }]);
        if (answer.code === Code.NOT_A_MEMBER) this.#resume();
        this.#checkIdle();
      },
    });
  }

  history(
    page: { readonly timestampMs: number; readonly order: 'descending' | 'ascending'; readonly count: number },
    done: (code: number, messages: readonly Message[]) => void,
  ): void {
    this.operations.add({
      kind: 'history',
      frameOf: (id) => ({ action: 'history', id, room: this.#room, ...page }),
      settle: (answer) => {
        done(answer.code, 'messages' in answer ? answer.messages : []);
        this.#checkIdle();
      },
    });
  }

  /** There is a connection: first what was missed, then what waits. */
  up(): void {
    this.#resume();
    this.operations.proceed();
  }

  down(): void {
    this.operations.pause();
    this.#repairer.pause();
  }

  /** Ends all that waits; the membership stays, for a later connection. */
  stop(code: number): void {
    this.down();
    this.operations.end(code);
    this.#checkIdle();
  }

  push(frame: PushFrame): void {
    if (frame.event === 'messages') this.#pushedMessages(frame);
    else if (frame.event === 'members') this.#pushedMembers(frame);
    else if (frame.event === 'removed') {
      if (frame.membership === this.#member?.membership) this.#removed(frame.reason);
    } else if (frame.roomEpoch === this.#member?.roomEpoch) {
      this.#forget();
      this.#events.destroyed(frame.automatic);
    }
    this.#checkIdle();
  }

  #joinFrame(id: string, options: JoinOptions) {
    const { messageCount, autoCreate } = options;
    const frame = { action: 'join', id, room: this.#room, messageCount, autoCreate } as const;
    const session = this.#repairer.session;
    const member = this.#member;
    if (member === undefined || session === undefined) return frame;
    return { ...frame, resume: { roomEpoch: member.roomEpoch, membership: member.membership, seq: session.seq } };
  }

  /** Asks whether he is a member still and for what he missed; not if he is about to leave. */
  #resume(): void {
    const member = this.#member;
    if (member === undefined || this.operations.has('leave') || this.operations.has('resume')) return;
    this.operations.addFirst({
      kind: 'resume',
      frameOf: (id) => this.#joinFrame(id, member),
      settle: (answer) => {
        // Told meanwhile by a push that this membership is over: that has been dealt with.
        const isOver = this.#member === undefined || this.#member.membership !== member.membership;
        if ('membership' in answer) this.#joined(answer, member, () => {});
        else if (isRefusal(answer) && !isOver && answer.code !== Code.DISCONNECTED) this.#lostMembership(answer);
        this.#checkIdle();
      },
    });
  }

  #joined(answer: JoinedAnswer, options: JoinOptions, done: () => void): void {
    const { roomEpoch, membership } = answer;
    const { messageCount, autoCreate } = options;
    this.#member = { roomEpoch, membership, messageCount, autoCreate };
    done();
    const session = this.#repairer.session;
    const step = session === undefined ? openSession(answer) : resumeSession(session, answer);
    this.#tell(step, true);
    if (session !== undefined && answer.messages.length > 0) this.#repairer.catchUp();
    const early = this.#early;
    this.#early = [];
    for (const frame of early) this.#pushedMessages(frame);
  }

  #notJoined(answer: RefusalAnswer, options: JoinOptions, done: (code: number) => void): void {
    const wasRemoved = this.#member !== undefined && removalReason(answer) !== undefined;
    if (wasRemoved) this.#lostMembership(answer, { options, done });
    else done(answer.code);
  }

  /** A resume was refused. Kicked as offline, he joins afresh by himself; otherwise the room is over for him. */
  #lostMembership(answer: RefusalAnswer, join?: { options: JoinOptions; done: (code: number) => void }): void {
    const reason = removalReason(answer);
    if (reason === 'offline' && join !== undefined) {
      this.#member = undefined;
      this.#events.removed(reason);
      this.join(join.options, join.done);
    } else if (reason !== undefined) {
      this.#removed(reason);
      join?.done(answer.code);
    } else {
      this.#forget();
      this.#events.rejoined(answer.code);
    }
  }

  #removed(reason: EndReason): void {
    const member = this.#member;
    // After his own leave he is told nothing but that he has left.
    if (this.operations.has('leave')) return;
    if (member === undefined || reason !== 'offline') this.#forget();
    else this.#member = undefined;
    this.operations.remove('resume');
    this.#events.removed(reason);
    if (member !== undefined && reason === 'offline') this.#rejoin(member);
  }

  #rejoin(options: JoinOptions): void {
    if (this.operations.has('leave') || this.operations.has('join') || this.#member !== undefined) return;
    this.#events.joining();
    this.operations.addFirst({
      kind: 'join',
      frameOf: (id) => this.#joinFrame(id, options),
      settle: (answer) => {
        if ('membership' in answer) this.#joined(answer, options, () => this.#events.rejoined(Code.OK));
        else {
          this.#forget();
          this.#events.rejoined(answer.code);
        }
        this.#checkIdle();
      },
    });
  }

  #pushedMessages(frame: Push<'messages'>): void {
    const isExpected = this.#member !== undefined || this.operations.has('join');
    const session = this.#repairer.session;
    if (isExpected && (this.#member === undefined || session === undefined)) {
      if (this.#early.length < EARLY_PUSHES_MAX) this.#early.push(frame);
    } else if (isExpected) this.#receive(frame.roomEpoch, frame.messages.map(entryOf));
  }

  #pushedMembers(frame: Push<'members'>): void {
    const isMine = this.#member?.roomEpoch === frame.roomEpoch || this.operations.has('join');
    const changes = frame.changes.filter((change) => isMine && this.#isNews(`${change.membership} ${change.change}`));
    if (changes.length > 0) this.#events.members(changes);
  }

  #isNews(key: string): boolean {
    if (this.#seenChanges.has(key)) return false;
    this.#seenChanges.add(key);
    const [oldest] = this.#seenChanges;
    if (this.#seenChanges.size > SEEN_CHANGES_MAX && oldest !== undefined) this.#seenChanges.delete(oldest);
    return true;
  }

  #receive(roomEpoch: string, entries: readonly Entry[]): void {
    const session = this.#repairer.session;
    if (session?.roomEpoch === roomEpoch && this.#member !== undefined) this.#tell(receive(session, entries), false);
  }

  #tell(step: SessionStep, offline: boolean): void {
    // First the state, then the app: a listener may call back into this room.
    this.#repairer.follow(step.session);
    let run: Message[] = [];
    for (const event of step.events) {
      if ('message' in event) run.push(event.message);
      else {
        if (run.length > 0) this.#events.messages(run, offline);
        run = [];
        this.#events.gap(event.gap.afterSeq, event.gap.beforeSeq);
      }
    }
    if (run.length > 0) this.#events.messages(run, offline);
  }

  #forget(): void {
    this.#member = undefined;
    this.#early = [];
    this.#seenChanges = new Set();
    this.#repairer.forget();
  }

  #checkIdle(): void {
    if (this.#member === undefined && this.operations.isEmpty) this.#events.idle();
  }
}

function removalReason(answer: RefusalAnswer): EndReason | undefined {
  if (answer.code === Code.NOT_A_MEMBER) return answer.reason ?? 'offline';
  if (answer.code === Code.BLOCKED) return 'blocked';
  return answer.code === Code.NO_SUCH_ROOM ? 'destroyed' : undefined;
}
