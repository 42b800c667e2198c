import type { Answer, JoinedAnswer, SentAnswer } from '../protocol/answers.ts';
import { Code } from '../protocol/codes.ts';
import type { EndReason } from '../protocol/end-reason.ts';
import type { PushFrame } from '../protocol/push-frames.ts';
import { EntriesCache, type EntriesWanted } from './entries-cache.ts';
import { type EntriesToSet, type EntriesWritten, EntryWriter } from './entry-writer.ts';
import type { HistoryCall } from './history-fetch.ts';
import { HistoryPager, type HistoryRead } from './history-pager.ts';
import { type JoinOptions, Membership } from './membership.ts';
import { MessageFlow, type MessageFlowEvents } from './message-flow.ts';
import { isOut, type OperationDeps, Operations } from './operations.ts';
import { Recent } from './recent.ts';
import type { EntriesEvent } from './room-entries.ts';
import { placeOf } from './room-session.ts';

const EARLY_PUSHES_MAX = 1000;
const SEEN_CHANGES_MAX = 2000;

type Push<Event extends PushFrame['event']> = Extract<PushFrame, { event: Event }>;
/** What a room is told about itself. */
export type RoomPush = Exclude<PushFrame, Push<'notice' | 'sync' | 'closing'>>;
/** What is only for members. */
type OwnPush = Exclude<RoomPush, Push<'members'>>;

/** What a room tells its engine; what of it reaches the app is decided there. */
export interface RoomEvents extends Omit<MessageFlowEvents, 'notMember'> {
  joining(): void;
  rejoined(code: number): void;
  members(changes: Push<'members'>['changes']): void;
  entries(event: EntriesEvent): void;
  entriesSynced(): void;
  removed(reason: EndReason): void;
  destroyed(automatic: boolean): void;
  /** Nothing is left to be kept of this room. */
  idle(): void;
}

/** One room as this client knows it: his membership, what he has seen, and what is under way. */
export class Room {
  readonly #room: string;
  readonly #events: RoomEvents;
  readonly #operations: Operations;
  readonly #membership: Membership;
  readonly #messages: MessageFlow;
  readonly #history: HistoryPager;
  readonly #entries: EntriesCache;
  readonly #entryWriter: EntryWriter;
  #early: OwnPush[] = [];
  readonly #seenChanges = new Recent(SEEN_CHANGES_MAX);

  constructor(room: string, deps: OperationDeps, events: RoomEvents) {
    this.#room = room;
    this.#events = events;
    this.#operations = new Operations(deps);
    const notMember = () => this.#membership.resume();
    this.#history = new HistoryPager(room, this.#operations);
    this.#messages = new MessageFlow(room, deps, {
      ...events,
      messages: (messages, offlineSeq) => {
        this.#history.handed(this.#messages.roomEpoch, messages);
        events.messages(messages, offlineSeq);
      },
      notMember,
    });
    this.#entries = new EntriesCache(room, deps, {
      changed: (event) => events.entries(event),
      synced: () => events.entriesSynced(),
      notMember,
    });
    this.#entryWriter = new EntryWriter(room, this.#operations, {
      done: (operation, entries) => this.#entries.expect(operation, entries),
      settled: (answer) => this.#settled(answer),
    });
    this.#membership = this.#newMembership();
  }

  join(options: JoinOptions, done: (code: number) => void): void {
    this.#membership.join(options, done);
  }

  leave(done: (code: number) => void): void {
    this.#membership.leave(done);
  }

  send(
    message: { readonly clientMessageId: string; readonly type: string; readonly content: string },
    done: (code: number, sent: SentAnswer | undefined) => void,
  ): void {
    this.#operations.add({
      kind: 'send',
      frameOf: (id) => ({ action: 'send', id, room: this.#room, ...message }),
      settle: (answer) => {
        const sent = 'messageId' in answer ? answer : undefined;
        const isIn = () => this.#membership.current !== undefined;
        // Before the app is told, which may ask for what comes after it.
        if (sent !== undefined && isIn()) this.#history.handed(sent.roomEpoch, [sent]);
        done(answer.code, sent);
        if (sent !== undefined && isIn()) {
          this.#messages.receive(sent.roomEpoch, [{ seq: sent.seq, message: 'own' }]);
        }
        this.#settled(answer);
      },
    });
  }

  recall(messageId: string, done: (code: number) => void): void {
    this.#messages.recallsHimself(messageId, true);
    this.#operations.add({
      kind: 'recall',
      frameOf: (id) => ({ action: 'recall', id, room: this.#room, messageId }),
      settle: (answer) => {
        if (answer.code !== Code.OK) this.#messages.recallsHimself(messageId, false);
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

  /** There is a connection: first what was missed, then what waits. */
  up(): void {
    this.#membership.resume();
    this.#operations.proceed();
  }

  /** Frames go over another link: he must be in the room by that one too. */
  moved(): void {
    this.#membership.resume();
  }

  /** What waited for something of another room can go on. */
  proceed(): void {
    this.#operations.proceed();
  }

  get isResuming(): boolean {
    return this.#operations.has('resume');
  }

  down(): void {
    this.#operations.pause();
    this.#messages.pause();
    this.#entries.pause();
  }

  /** Ends all that waits; the membership stays, for a later connection. */
  stop(code: number): void {
    this.down();
    this.#operations.end(code);
    this.#entries.stop(code);
    this.#checkIdle();
  }

  push(frame: RoomPush): void {
    if (frame.event === 'members') this.#pushedMembers(frame);
    else if (this.#isOfNow(frame)) this.#take(frame);
    // It may have overtaken the answer that says what it is about.
    else if (this.#operations.has('join') && this.#early.length < EARLY_PUSHES_MAX) this.#early.push(frame);
    this.#checkIdle();
  }

  #newMembership(): Membership {
    const events = this.#events;
    return new Membership(
      this.#room,
      this.#operations,
      {
        joining: () => events.joining(),
        joined: (answer, messageCount) => this.#joined(answer, messageCount),
        rejoined: (code) => events.rejoined(code),
        removed: (reason) => {
          this.#entries.pause();
          events.removed(reason);
        },
        forgotten: () => this.#forget(),
        settled: () => this.#checkIdle(),
      },
      () => this.#messages.lastSeq,
    );
  }

  #joined(answer: JoinedAnswer, messageCount: number): void {
    this.#messages.joined(answer, messageCount);
    this.#entries.begin(answer.roomEpoch, answer.hasEntries);
    const early = this.#early;
    this.#early = [];
    for (const frame of early) if (this.#isOfNow(frame)) this.#take(frame);
  }

  #isOfNow(frame: OwnPush): boolean {
    const { current } = this.#membership;
    if (frame.event === 'removed') return frame.membership === current?.membership;
    return frame.roomEpoch === current?.roomEpoch;
  }

  #take(frame: OwnPush): void {
    if (frame.event === 'messages') this.#messages.receive(frame.roomEpoch, frame.messages.map(placeOf));
    else if (frame.event === 'recalled') this.#messages.recalled(frame.message);
    else if (frame.event === 'broadcast') this.#messages.broadcast(frame.message);
    else if (frame.event === 'entries') this.#entries.push(frame);
    else if (frame.event === 'removed') this.#membership.removed(frame.reason);
    else {
      this.#membership.destroyed();
      this.#events.destroyed(frame.automatic);
    }
  }

  #pushedMembers(frame: Push<'members'>): void {
    const isMine = this.#membership.current?.roomEpoch === frame.roomEpoch || this.#operations.has('join');
    const changes = frame.changes.filter(
      (change) => isMine && this.#seenChanges.isNews(`${change.membership} ${change.change}`),
    );
    if (changes.length > 0) this.#events.members(changes);
  }

  /** A change was made or refused; a refusal may say that he is no member. */
  #settled(answer: Answer): void {
    if (isOut(answer) || answer.code === Code.BLOCKED) this.#membership.resume();
    this.#checkIdle();
  }

  #forget(): void {
    this.#early = [];
    this.#seenChanges.clear();
    this.#messages.forget();
    this.#history.forget();
    this.#entries.forget();
  }

  #checkIdle(): void {
    // Someone who is in by another device only may read the history, and goes on where a page has ended.
    const isKept = this.#membership.isExpected || !this.#operations.isEmpty || !this.#history.isEmpty;
    if (!isKept) this.#events.idle();
  }
}
