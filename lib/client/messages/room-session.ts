import type { JoinedAnswer, MessagesAnswer } from '../../protocol/answers.ts';
import type { Message } from '../../protocol/message.ts';
import { type Arrival, EarlyArrivals } from './early-arrivals.ts';

export type { Arrival };

/** What a client has seen of one room epoch. Immutable: every function here returns a new session. */
export interface RoomSession {
  readonly roomEpoch: string;
  /** Every seq up to here was handed to the app, needs no handing over, or was reported as a gap. */
  readonly seq: number;
  /** The highest seq that is known to exist. */
  readonly knownSeq: number;
  /** What arrived before a seq that is still missing; all above `seq`. */
  readonly early: EarlyArrivals;
}

/** The seqs afterSeq+1 … beforeSeq-1. */
export interface SeqRange {
  readonly afterSeq: number;
  readonly beforeSeq: number;
}

export type SessionEvent =
  | { readonly message: Message }
  | { readonly gap: SeqRange }
  /** This message replaces one that the app has. */
  | { readonly recalled: Message };

/** The session after something arrived, and the events for the app, in this order. */
export interface SessionStep {
  readonly session: RoomSession;
  readonly events: readonly SessionEvent[];
}

/** What a session takes from the answer to a join. */
export type JoinedMessages = Pick<JoinedAnswer, 'roomEpoch' | 'seq' | 'latestSeq' | 'messages' | 'hidden' | 'complete'>;

/** What a session takes from the answer to a repair. */
export type RepairedMessages = Pick<MessagesAnswer, 'messages' | 'hidden' | 'next'>;

/** Opens the session of a room epoch, whose join asked for the newest `count` messages. */
export function openSession(joined: JoinedMessages, count: number): SessionStep {
  const { roomEpoch, seq, latestSeq } = joined;
  const early = arrivalsOfJoin(joined);
  const before = Math.min(seq, (early.first?.seq ?? seq + 1) - 1);
  // If something is lost, it may be the oldest message asked for: begin before it, so that the gap includes it.
  const afterSeq = joined.complete ? before : Math.max(0, Math.min(before, latestSeq - count));
  return giveUp({ roomEpoch, seq: afterSeq, knownSeq: Math.max(seq, latestSeq), early }, seq);
}

/** Takes the missed messages from the answer to a resume. What it should contain and does not becomes a gap. */
export function resumeSession(session: RoomSession, joined: JoinedMessages, count: number): SessionStep {
  if (joined.roomEpoch !== session.roomEpoch) return openSession(joined, count);
  return giveUp(add(session, arrivalsOfJoin(joined).all, joined.latestSeq), joined.seq);
}

/** Takes what arrived, in any order; ignores what arrived before. */
export function receive(session: RoomSession, arrivals: readonly Arrival[]): SessionStep {
  return drain(add(session, arrivals, 0), []);
}

/** Takes a recall. If the app does not have the message yet, it gets the note instead, or nothing if there is none. */
export function recall(session: RoomSession, recalled: Message): SessionStep {
  const waiting = session.early.find(recalled.seq);
  const isKnown = waiting?.message === 'own' || recalled.seq <= session.seq;
  if (isKnown) return { session, events: [{ recalled }] };
  return receive({ ...session, early: session.early.without(recalled.seq) }, [arrivalOf(recalled)]);
}

/** Takes the answer to a repair. Up to the next page, what it lacks is lost for good: nothing asks for it again. */
export function repair(session: RoomSession, asked: SeqRange, answer: RepairedMessages): SessionStep {
  const end = asked.beforeSeq - 1;
  return giveUp(add(session, arrivalsOf(answer), 0), Math.min(answer.next ?? end, end));
}

/** The oldest run of missing seqs; undefined = nothing is missing. */
export function missing(session: RoomSession): SeqRange | undefined {
  const beforeSeq = session.early.first?.seq ?? session.knownSeq + 1;
  return beforeSeq > session.seq + 1 ? { afterSeq: session.seq, beforeSeq } : undefined;
}

/** The arrival of a message at its seq. */
export function arrivalOf(message: Message): Arrival {
  return { seq: message.seq, message: message.hidden ? 'hidden' : message };
}

function arrivalsOf({ messages, hidden = [] }: Pick<JoinedMessages, 'messages' | 'hidden'>): readonly Arrival[] {
  return [...messages.map(arrivalOf), ...hidden.map((seq) => ({ seq, message: 'hidden' as const }))];
}

/** If nothing is lost, each seq after the first message without one is hidden, even if `hidden` does not list it. */
function arrivalsOfJoin(joined: JoinedMessages): EarlyArrivals {
  const arrivals = EarlyArrivals.none.with(arrivalsOf(joined));
  const { first } = arrivals;
  if (first === undefined || !joined.complete) return arrivals;
  const length = Math.max(0, joined.seq - first.seq);
  const rest = Array.from({ length }, (_, index) => ({ seq: first.seq + 1 + index, message: 'hidden' as const }));
  return arrivals.with(rest);
}

/** What is missing up to this seq will not arrive any more: it becomes a gap. */
function giveUp(session: RoomSession, throughSeq: number): SessionStep {
  const events: SessionEvent[] = [];
  let seq = session.seq;
  const passTo = (nextSeq: number) => {
    if (nextSeq > seq + 1) events.push({ gap: { afterSeq: seq, beforeSeq: nextSeq } });
    seq = Math.max(seq, nextSeq - 1);
  };
  const passed = session.early.countThrough(throughSeq);
  for (const arrival of session.early.take(passed)) {
    passTo(arrival.seq);
    events.push(...eventsOf(arrival));
    seq = arrival.seq;
  }
  passTo(throughSeq + 1);
  return drain({ ...session, seq, early: session.early.skip(passed) }, events);
}

function drain(session: RoomSession, before: readonly SessionEvent[]): SessionStep {
  const { seq, early } = session;
  let count = 0;
  while (early.at(count)?.seq === seq + 1 + count) count += 1;
  return {
    session: { ...session, seq: seq + count, early: early.skip(count) },
    events: [...before, ...early.take(count).flatMap(eventsOf)],
  };
}

function add(session: RoomSession, arrivals: readonly Arrival[], latestSeq: number): RoomSession {
  const early = session.early.with(arrivals.filter(({ seq }) => seq > session.seq));
  const knownSeq = Math.max(session.knownSeq, latestSeq, early.last?.seq ?? 0);
  return { ...session, early, knownSeq };
}

function eventsOf({ message }: Arrival): readonly SessionEvent[] {
  return typeof message === 'string' ? [] : [{ message }];
}
