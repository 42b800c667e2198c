import type { JoinedAnswer, MessagesAnswer } from '../protocol/answers.ts';
import type { Message } from '../protocol/message.ts';

/** Why there is a place without a message: the app has it, because it sent it; or there is none to be shown. */
type NoMessage = 'own' | 'hidden';

/** One seq that is known. */
export interface Place {
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
  /** What came too early, ascending; all above `seq`. */
  readonly early: readonly Place[];
}

/** The seqs afterSeq+1 … beforeSeq-1. */
export interface SeqRange {
  readonly afterSeq: number;
  readonly beforeSeq: number;
}

export type SessionEvent =
  | { readonly message: Message }
  | { readonly gap: SeqRange }
  /** The app has had the message in whose place this one now stands. */
  | { readonly recalled: Message };

/** The session after something came, and what the app is to be told, in this order. */
export interface SessionStep {
  readonly session: RoomSession;
  readonly events: readonly SessionEvent[];
}

/** The part of a join's answer that orders messages. */
export type JoinedMessages = Pick<JoinedAnswer, 'roomEpoch' | 'seq' | 'latestSeq' | 'messages' | 'hidden' | 'complete'>;

/** The part of a repair's answer that orders messages. */
export type RepairedMessages = Pick<MessagesAnswer, 'messages' | 'hidden' | 'next'>;

/** First sight of a room epoch: of its history the newest `count` messages were asked for, and all that follows. */
export function openSession(joined: JoinedMessages, count: number): SessionStep {
  const { roomEpoch, seq, latestSeq } = joined;
  const early = placesOfJoin(joined);
  const before = Math.min(seq, (early[0]?.seq ?? seq + 1) - 1);
  // Where something is lost it may be the oldest of what was asked for, which nothing else in the answer shows.
  const afterSeq = joined.complete ? before : Math.max(0, Math.min(before, latestSeq - count));
  return giveUp({ roomEpoch, seq: afterSeq, knownSeq: Math.max(seq, latestSeq), early }, seq);
}

/** A join's answer for a room that was seen before: what was missed. What should be in it and is not is a gap. */
export function resumeSession(session: RoomSession, joined: JoinedMessages, count: number): SessionStep {
  if (joined.roomEpoch !== session.roomEpoch) return openSession(joined, count);
  return giveUp(add(session, placesOfJoin(joined), joined.latestSeq), joined.seq);
}

/** What came in whatever order and however often. */
export function receive(session: RoomSession, places: readonly Place[]): SessionStep {
  return drain(add(session, places, 0), []);
}

/** A message was recalled. Where the app has not had it yet, it gets what now stands in its place, if anything, in its turn. */
export function recall(session: RoomSession, recalled: Message): SessionStep {
  const waiting = session.early.find((place) => place.seq === recalled.seq);
  const isKnown = waiting?.message === 'own' || recalled.seq <= session.seq;
  if (isKnown) return { session, events: [{ recalled }] };
  return receive({ ...session, early: session.early.filter((place) => place !== waiting) }, [placeOf(recalled)]);
}

/** The answer to a repair: what is not in it is lost for good, up to where the next page begins; so repairing ends. */
export function repair(session: RoomSession, asked: SeqRange, answer: RepairedMessages): SessionStep {
  const end = asked.beforeSeq - 1;
  return giveUp(add(session, placesOf(answer), 0), Math.min(answer.next ?? end, end));
}

/** The oldest hole, or undefined if nothing is missing. */
export function missing(session: RoomSession): SeqRange | undefined {
  const beforeSeq = session.early[0]?.seq ?? session.knownSeq + 1;
  return beforeSeq > session.seq + 1 ? { afterSeq: session.seq, beforeSeq } : undefined;
}

/** A message as a place in a session. */
export function placeOf(message: Message): Place {
  return { seq: message.seq, message: message.hidden ? 'hidden' : message };
}

function placesOf({ messages, hidden = [] }: Pick<JoinedMessages, 'messages' | 'hidden'>): readonly Place[] {
  return [...messages.map(placeOf), ...hidden.map((seq) => ({ seq, message: 'hidden' as const }))];
}

/** Where nothing is lost, what lies between the messages has none to be shown, whether it is listed or not. */
function placesOfJoin(joined: JoinedMessages): readonly Place[] {
  const places = merge([], placesOf(joined), 0);
  const [first] = places;
  if (first === undefined || !joined.complete) return places;
  const length = Math.max(0, joined.seq - first.seq);
  const rest = Array.from({ length }, (_, index) => ({ seq: first.seq + 1 + index, message: 'hidden' as const }));
  return merge(places, rest, 0);
}

/** Up to this seq all is here that will ever come: what is missing is a gap. */
function giveUp(session: RoomSession, throughSeq: number): SessionStep {
  const events: SessionEvent[] = [];
  let seq = session.seq;
  const passTo = (nextSeq: number) => {
    if (nextSeq > seq + 1) events.push({ gap: { afterSeq: seq, beforeSeq: nextSeq } });
    seq = Math.max(seq, nextSeq - 1);
  };
  const early = session.early.filter((place) => place.seq > throughSeq);
  for (const place of session.early.slice(0, session.early.length - early.length)) {
    passTo(place.seq);
    events.push(...eventsOf(place));
    seq = place.seq;
  }
  passTo(throughSeq + 1);
  return drain({ ...session, seq, early }, events);
}

function drain(session: RoomSession, before: readonly SessionEvent[]): SessionStep {
  const run = session.early.filter((place, index) => place.seq === session.seq + 1 + index);
  return {
    session: { ...session, seq: session.seq + run.length, early: session.early.slice(run.length) },
    events: [...before, ...run.flatMap(eventsOf)],
  };
}

function add(session: RoomSession, places: readonly Place[], latestSeq: number): RoomSession {
  const early = merge(session.early, places, session.seq);
  const knownSeq = Math.max(session.knownSeq, latestSeq, early.at(-1)?.seq ?? 0);
  return { ...session, early, knownSeq };
}

function merge(early: readonly Place[], places: readonly Place[], afterSeq: number): readonly Place[] {
  const bySeq = new Map<number, Place>();
  for (const place of [...early, ...places]) {
    const present = bySeq.get(place.seq);
    if (place.seq > afterSeq && (present === undefined || isRecallOf(present, place))) bySeq.set(place.seq, place);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** The push that told of the recall was lost, or is still to come. */
function isRecallOf({ message }: Place, next: Place): boolean {
  return typeof message !== 'string' && typeof next.message !== 'string' && next.message.recalled === true;
}

function eventsOf({ message }: Place): readonly SessionEvent[] {
  return typeof message === 'string' ? [] : [{ message }];
}
