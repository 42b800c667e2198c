import type { JoinedAnswer, MessagesAnswer } from '../protocol/answers.ts';
import type { Message } from '../protocol/message.ts';

/** Why a seq comes without a message: the app sent it and has it, or the seq is hidden. */
type NoMessage = 'own' | 'hidden';

/** A seq, and what has arrived for it. */
export interface Arrival {
  readonly seq: number;
  readonly message: Message | NoMessage;
}

/** What a client has seen of one room epoch. Immutable: every function here returns a new session. */
export interface RoomSession {
  readonly roomEpoch: string;
  /** Every seq up to here was handed to the app, needs no handing over, or was reported as a gap. */
  readonly seq: number;
  /** The highest seq that is known to exist. */
  readonly knownSeq: number;
  /** What arrived before a seq that is still missing, ascending; all above `seq`. */
  readonly early: readonly Arrival[];
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
  const before = Math.min(seq, (early[0]?.seq ?? seq + 1) - 1);
  // If something is lost, it may be the oldest message asked for: begin before it, so that the gap includes it.
  const afterSeq = joined.complete ? before : Math.max(0, Math.min(before, latestSeq - count));
  return giveUp({ roomEpoch, seq: afterSeq, knownSeq: Math.max(seq, latestSeq), early }, seq);
}

/** Takes the missed messages from the answer to a resume. What it should contain and does not becomes a gap. */
export function resumeSession(session: RoomSession, joined: JoinedMessages, count: number): SessionStep {
  if (joined.roomEpoch !== session.roomEpoch) return openSession(joined, count);
  return giveUp(add(session, arrivalsOfJoin(joined), joined.latestSeq), joined.seq);
}

/** Takes what arrived, in any order; ignores what arrived before. */
export function receive(session: RoomSession, arrivals: readonly Arrival[]): SessionStep {
  return drain(add(session, arrivals, 0), []);
}

/** Takes a recall. If the app does not have the message yet, it gets the note instead, or nothing if there is none. */
export function recall(session: RoomSession, recalled: Message): SessionStep {
  const waiting = session.early.find((arrival) => arrival.seq === recalled.seq);
  const isKnown = waiting?.message === 'own' || recalled.seq <= session.seq;
  if (isKnown) return { session, events: [{ recalled }] };
  return receive({ ...session, early: session.early.filter((arrival) => arrival !== waiting) }, [arrivalOf(recalled)]);
}

/** Takes the answer to a repair. Up to the next page, what it lacks is lost for good: nothing asks for it again. */
export function repair(session: RoomSession, asked: SeqRange, answer: RepairedMessages): SessionStep {
  const end = asked.beforeSeq - 1;
  return giveUp(add(session, arrivalsOf(answer), 0), Math.min(answer.next ?? end, end));
}

/** The oldest run of missing seqs; undefined = nothing is missing. */
export function missing(session: RoomSession): SeqRange | undefined {
  const beforeSeq = session.early[0]?.seq ?? session.knownSeq + 1;
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
function arrivalsOfJoin(joined: JoinedMessages): readonly Arrival[] {
  const arrivals = merge([], arrivalsOf(joined), 0);
  const [first] = arrivals;
  if (first === undefined || !joined.complete) return arrivals;
  const length = Math.max(0, joined.seq - first.seq);
  const rest = Array.from({ length }, (_, index) => ({ seq: first.seq + 1 + index, message: 'hidden' as const }));
  return merge(arrivals, rest, 0);
}

/** What is missing up to this seq will not arrive any more: it becomes a gap. */
function giveUp(session: RoomSession, throughSeq: number): SessionStep {
  const events: SessionEvent[] = [];
  let seq = session.seq;
  const passTo = (nextSeq: number) => {
    if (nextSeq > seq + 1) events.push({ gap: { afterSeq: seq, beforeSeq: nextSeq } });
    seq = Math.max(seq, nextSeq - 1);
  };
  const early = session.early.filter((arrival) => arrival.seq > throughSeq);
  for (const arrival of session.early.slice(0, session.early.length - early.length)) {
    passTo(arrival.seq);
    events.push(...eventsOf(arrival));
    seq = arrival.seq;
  }
  passTo(throughSeq + 1);
  return drain({ ...session, seq, early }, events);
}

function drain(session: RoomSession, before: readonly SessionEvent[]): SessionStep {
  const run = session.early.filter((arrival, index) => arrival.seq === session.seq + 1 + index);
  return {
    session: { ...session, seq: session.seq + run.length, early: session.early.slice(run.length) },
    events: [...before, ...run.flatMap(eventsOf)],
  };
}

function add(session: RoomSession, arrivals: readonly Arrival[], latestSeq: number): RoomSession {
  const early = merge(session.early, arrivals, session.seq);
  const knownSeq = Math.max(session.knownSeq, latestSeq, early.at(-1)?.seq ?? 0);
  return { ...session, early, knownSeq };
}

function merge(early: readonly Arrival[], arrivals: readonly Arrival[], afterSeq: number): readonly Arrival[] {
  const bySeq = new Map<number, Arrival>();
  for (const arrival of [...early, ...arrivals]) {
    const known = bySeq.get(arrival.seq);
    if (arrival.seq > afterSeq && (known === undefined || isRecallOf(known, arrival))) bySeq.set(arrival.seq, arrival);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Is `next` the note that replaces this message? The push of the recall was lost, or is on its way. */
function isRecallOf({ message }: Arrival, next: Arrival): boolean {
  return typeof message !== 'string' && typeof next.message !== 'string' && next.message.recalled === true;
}

function eventsOf({ message }: Arrival): readonly SessionEvent[] {
  return typeof message === 'string' ? [] : [{ message }];
}
