import type { Answer, JoinedAnswer, SentAnswer } from '../protocol/answers.ts';
import { Code } from '../protocol/codes.ts';
import type { EndReason } from '../protocol/end-reason.ts';
import type { PushFrame } from '../protocol/push-frames.ts';
import { EntriesCache, type EntriesWanted } from './entries-cache.ts';
import { type EntriesToSet, type EntriesWritten, EntryWriter } from './entry-writer.ts';
import type { HistoryCall } from './history-fetch.ts';
import { HistoryPager, type HistoryRead } from './history-pager.ts';
import { type JoinOptions, Membership } from './membership/membership.ts';
import { MessageFlow, type MessageFlowEvents } from './message-flow.ts';
import { type OperationDeps, Operations, saysNotInRoom } from './operations.ts';
import { Recent } from './recent.ts';
import type { EntriesEvent } from './room-entries.ts';
import { type InfoQuery, type InfoRead, infoOperation, toRoomInfo } from './room-info.ts';
import { arrivalOf } from './room-session.ts';
import { type Draft, Sends, type SentOutcome } from './sends.ts';
import { SeenSignals, type SignalDraft, sendSignal } from './signals.ts';

const EARLY_PUSHES_MAX = 1000;
const SEEN_CHANGES_MAX = 2000;

type Push<Event extends PushFrame['event']> = Extract<PushFrame, { event: Event }>;
/** The pushes that are about a room. */
export type RoomPush = Exclude<PushFrame, Push<'notice' | 'sync' | 'closing'>>;
/** The pushes for members only. */
type OwnPush = Exclude<RoomPush, Push<'members' | 'signal'>>;

/** What a room reports to its engine, which decides what the app gets. */
export interface RoomEvents extends Omit<MessageFlowEvents, 'notMember'> {
  joining(): void;
  rejoined(code: number): void;
  members(changes: Push<'members'>['changes']): void;
  entries(event: EntriesEvent): void;
  entriesSynced(): void;
  signal(signal: Push<'signal'>): void;
  removed(reason: EndReason): void;
  /** The user has left, by a leave that had ended with an error. */
  left(): void;
  destroyed(automatic: boolean): void;
  /** The client need not keep this room any more. */
  idle(): void;
}

/** One room as this client knows it: the membership, what the app has seen, and what is under way. */
export class Room {
  readonly #roomId: string;
  readonly #deps: OperationDeps;
  readonly #events: RoomEvents;
  readonly #operations: Operations;
  readonly #membership: Membership;
  readonly #messages: MessageFlow;
  readonly #sends: Sends;
  readonly #history: HistoryPager;
  readonly #entries: EntriesCache;
  readonly #entryWriter: EntryWriter;
  #early: OwnPush[] = [];
  readonly #seenSignals = new SeenSignals();
  readonly #seenChanges = new Recent(SEEN_CHANGES_MAX);

  constructor(roomId: string, deps: OperationDeps, events: RoomEvents) {
    this.#roomId = roomId;
    this.#deps = deps;
    this.#events = events;
    this.#operations = new Operations(deps, () => this.#checkIdle());
    const notMember = () => this.#membership.resume();
    this.#history = new HistoryPager(roomId, this.#operations);
    this.#messages = new MessageFlow(roomId, deps, {
      ...events,
      messages: (messages, offlineSeq) => {
        this.#history.handed(this.#messages.roomEpoch, messages);
        this.#sends.seen(this.#messages.roomEpoch, messages);
        events.messages(messages, offlineSeq);
      },
      notMember,
    });
    this.#entries = new EntriesCache(roomId, deps, {
      changed: (event) => events.entries(event),
      synced: () => events.entriesSynced(),
      notMember,
    });
    this.#entryWriter = new EntryWriter(roomId, this.#operations, {
      done: (operation, entries) => this.#entries.expect(operation, entries),
      settled: (answer) => this.#settled(answer),
    });
    this.#sends = new Sends(roomId, deps, this.#operations, {
      accepted: (sent) => this.#accepted(sent),
      settled: (answer) => this.#sendSettled(answer),
      isMember: () => this.isMember,
    });
    this.#membership = this.#newMembership(deps.timers);
  }

  join(options: JoinOptions, done: (code: number) => void): void {
    this.#membership.join(options, done);
  }

  leave(done: (code: number) => void): void {
    this.#membership.leave(done);
  }

  send(draft: Draft, done: SentOutcome, later: SentOutcome): void {
    this.#sends.send(draft, done, later);
  }

  recall(messageId: string, done: (code: number) => void): void {
    this.#messages.noteOwnRecall(messageId, true);
    this.#operations.add({
      kind: 'recall',
      frameOf: (id) => ({ action: 'recall', id, room: this.#roomId, messageId }),
      settle: (answer) => {
        if (answer.code !== Code.OK) this.#messages.noteOwnRecall(messageId, false);
        done(answer.code);
        this.#settled(answer);
      },
    });
  }

  history(call: HistoryCall, done: HistoryRead): void {
    this.#history.read(call, (code, messages) => {
      done(code, messages);
      this.#checkIdle();
    });
  }

  info(query: InfoQuery, done: InfoRead): void {
    const settle = (answer: Answer) => {
      done(answer.code, toRoomInfo(answer));
      this.#settled(answer);
    };
    this.#operations.add(infoOperation(this.#roomId, query, settle));
  }

  signal(draft: SignalDraft, done: (code: number) => void): void {
    sendSignal(this.#deps, this.#roomId, draft, (code) => {
      done(code);
      this.#checkIdle();
    });
  }

  setEntries(given: EntriesToSet, written: EntriesWritten): void {
    this.#entryWriter.set(given, written);
  }

  removeEntries(keys: readonly string[], force: boolean, written: EntriesWritten): void {
    this.#entryWriter.remove(keys, force, written);
  }

  getEntries(wanted: EntriesWanted): void {
    if (this.#membership.isExpected) this.#entries.get(wanted);
    else wanted(Code.NOT_A_MEMBER, new Map());
    this.#checkIdle();
  }

  /** A connection is open: resume first, then go on with what waits. */
  up(): void {
    this.#membership.resume();
    this.#operations.proceed();
    this.#sends.askAgain();
  }

  /** Frames go over another link: resume the membership over that one too. */
  moved(): void {
    this.#membership.resume();
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
    this.#entries.pause();
  }

  /** Ends all waiting operations; the membership stays, for a later connection. */
  stop(code: number): void {
    this.down();
    this.#operations.end(code);
    this.#membership.stop();
    this.#sends.stop();
    this.#entries.stop(code);
    this.#checkIdle();
  }

  push(frame: RoomPush): void {
    if (frame.event === 'members') this.#pushedMembers(frame);
    else if (frame.event === 'signal') this.#pushedSignal(frame);
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
          this.#entries.pause();
          events.removed(reason);
        },
        forgotten: () => this.#forget(),
        left: () => events.left(),
        settled: () => this.#checkIdle(),
      },
    );
  }

  #joined(answer: JoinedAnswer, messageCount: number): void {
    this.#messages.joined(answer, messageCount);
    this.#entries.begin(answer.roomEpoch, answer.hasEntries);
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
    else if (frame.event === 'entries') this.#entries.push(frame);
    else if (frame.event === 'removed') this.#membership.removed(frame.reason);
    else {
      this.#membership.destroyed();
      this.#events.destroyed(frame.automatic);
    }
  }

  #pushedSignal(frame: Push<'signal'>): void {
    const isMine = this.#membership.current?.roomEpoch === frame.roomEpoch;
    if (isMine && this.#seenSignals.isNew(frame)) this.#events.signal(frame);
  }

  #pushedMembers(frame: Push<'members'>): void {
    const isMine = this.#membership.current?.roomEpoch === frame.roomEpoch || this.#operations.has('join');
    const changes = frame.changes.filter(
      (change) => isMine && this.#seenChanges.isNew(`${change.membership} ${change.change}`),
    );
    if (changes.length > 0) this.#events.members(changes);
  }

  /** Before the app learns it, because it may then ask for the messages that follow. */
  #accepted(sent: SentAnswer): void {
    if (this.#membership.current === undefined) return;
    this.#history.handed(sent.roomEpoch, [sent]);
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
    this.#history.forget();
    this.#entries.forget();
    this.#sends.askAgain();
  }

  #checkIdle(): void {
    // A user who joined only on another device may read the history here, and continues where a page ended.
    const isOpen = this.#membership.isOpen || !this.#sends.isEmpty;
    const isKept = isOpen || this.#membership.isExpected || !this.#operations.isEmpty || !this.#history.isEmpty;
    if (!isKept) this.#events.idle();
  }
}
