import type { JoinedAnswer, MessagesAnswer } from '../protocol/answers.ts';
import type { Message } from '../protocol/message.ts';

/** Why a position has no message: the app sent it and has it, or there is none to show. */
type NoMessage = 'own' | 'hidden';

/** A seq with what is known of it. */
export interface Position {
  readonly seq: number;
  readonly message: Message | NoMessage;
}

/** What a client has seen of one room epoch. A value: every function here returns a new one. */
export interface RoomSession {
  readonly roomEpoch: string;
  /** Everything up to here was handed to the app, passed over, or given up as a gap. */
  readonly seq: number;
  /** The highest seq that is known to exist. */
  readonly knownSeq: number;
  /** Positions that came too early, ascending; all above `seq`. */
  readonly early: readonly Position[];
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

/** The part of a join's answer that orders messages. */
export type JoinedMessages = Pick<JoinedAnswer, 'roomEpoch' | 'seq' | 'latestSeq' | 'messages' | 'hidden' | 'complete'>;

/** The part of a repair's answer that orders messages. */
export type RepairedMessages = Pick<MessagesAnswer, 'messages' | 'hidden' | 'next'>;

/** Opens the session of a room epoch: the join asked for the newest `count` messages, and all that follow. */
export function openSession(joined: JoinedMessages, count: number): SessionStep {
  const { roomEpoch, seq, latestSeq } = joined;
  const early = positionsOfJoin(joined);
  const before = Math.min(seq, (early[0]?.seq ?? seq + 1) - 1);
  // If something is lost, it may be the oldest message asked for, which nothing else in the answer shows.
  const afterSeq = joined.complete ? before : Math.max(0, Math.min(before, latestSeq - count));
  return giveUp({ roomEpoch, seq: afterSeq, knownSeq: Math.max(seq, latestSeq), early }, seq);
}

/** Takes the missed messages from the answer to a resume. What should be in it and is not becomes a gap. */
export function resumeSession(session: RoomSession, joined: JoinedMessages, count: number): SessionStep {
  if (joined.roomEpoch !== session.roomEpoch) return openSession(joined, count);
  return giveUp(add(session, positionsOfJoin(joined), joined.latestSeq), joined.seq);
}

/** Takes positions, in any order and more than once. */
export function receive(session: RoomSession, positions: readonly Position[]): SessionStep {
  return drain(add(session, positions, 0), []);
}

/** A message was recalled. If the app does not have it yet, it gets the replacement, if there is one, in its turn. */
export function recall(session: RoomSession, recalled: Message): SessionStep {
  const waiting = session.early.find((position) => position.seq === recalled.seq);
  const isKnown = waiting?.message === 'own' || recalled.seq <= session.seq;
  if (isKnown) return { session, events: [{ recalled }] };
  return receive({ ...session, early: session.early.filter((position) => position !== waiting) }, [
    positionOf(recalled),
  ]);
}

/** Takes the answer to a repair: up to the next page, what it lacks is lost for good, so repairing ends. */
export function repair(session: RoomSession, asked: SeqRange, answer: RepairedMessages): SessionStep {
  const end = asked.beforeSeq - 1;
  return giveUp(add(session, positionsOf(answer), 0), Math.min(answer.next ?? end, end));
}

/** The oldest hole, or undefined if nothing is missing. */
export function missing(session: RoomSession): SeqRange | undefined {
  const beforeSeq = session.early[0]?.seq ?? session.knownSeq + 1;
  return beforeSeq > session.seq + 1 ? { afterSeq: session.seq, beforeSeq } : undefined;
}

/** The position of a message. */
export function positionOf(message: Message): Position {
  return { seq: message.seq, message: message.hidden ? 'hidden' : message };
}

function positionsOf({ messages, hidden = [] }: Pick<JoinedMessages, 'messages' | 'hidden'>): readonly Position[] {
  return [...messages.map(positionOf), ...hidden.map((seq) => ({ seq, message: 'hidden' as const }))];
}

/** If nothing is lost, each seq between the messages has nothing to show, even if it is not listed. */
function positionsOfJoin(joined: JoinedMessages): readonly Position[] {
  const positions = merge([], positionsOf(joined), 0);
  const [first] = positions;
  if (first === undefined || !joined.complete) return positions;
  const length = Math.max(0, joined.seq - first.seq);
  const rest = Array.from({ length }, (_, index) => ({ seq: first.seq + 1 + index, message: 'hidden' as const }));
  return merge(positions, rest, 0);
}

/** Nothing more will come up to this seq: what is missing becomes a gap. */
function giveUp(session: RoomSession, throughSeq: number): SessionStep {
  const events: SessionEvent[] = [];
  let seq = session.seq;
  const passTo = (nextSeq: number) => {
    if (nextSeq > seq + 1) events.push({ gap: { afterSeq: seq, beforeSeq: nextSeq } });
    seq = Math.max(seq, nextSeq - 1);
  };
  const early = session.early.filter((position) => position.seq > throughSeq);
  for (const position of session.early.slice(0, session.early.length - early.length)) {
    passTo(position.seq);
    events.push(...eventsOf(position));
    seq = position.seq;
  }
  passTo(throughSeq + 1);
  return drain({ ...session, seq, early }, events);
}

function drain(session: RoomSession, before: readonly SessionEvent[]): SessionStep {
  const run = session.early.filter((position, index) => position.seq === session.seq + 1 + index);
  return {
    session: { ...session, seq: session.seq + run.length, early: session.early.slice(run.length) },
    events: [...before, ...run.flatMap(eventsOf)],
  };
}

function add(session: RoomSession, positions: readonly Position[], latestSeq: number): RoomSession {
  const early = merge(session.early, positions, session.seq);
  const knownSeq = Math.max(session.knownSeq, latestSeq, early.at(-1)?.seq ?? 0);
  return { ...session, early, knownSeq };
}

function merge(early: readonly Position[], positions: readonly Position[], afterSeq: number): readonly Position[] {
  const bySeq = new Map<number, Position>();
  for (const position of [...early, ...positions]) {
    const known = bySeq.get(position.seq);
    if (position.seq > afterSeq && (known === undefined || isRecallOf(known, position)))
      bySeq.set(position.seq, position);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** The next one is the recall, whose push was lost or is still to come. */
function isRecallOf({ message }: Position, next: Position): boolean {
  return typeof message !== 'string' && typeof next.message !== 'string' && next.message.recalled === true;
}

function eventsOf({ message }: Position): readonly SessionEvent[] {
  return typeof message === 'string' ? [] : [{ message }];
}
