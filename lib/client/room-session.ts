import type { Message } from '../protocol/frames.ts';

/** One seq that is known: its message, or null where nothing is to be handed to the app (his own, acknowledged). */
export interface Place {
  readonly seq: number;
  readonly message: Message | null;
}

/** What a client has seen of one room epoch. A value: every function here returns a new one. */
export interface RoomSession {
  readonly roomEpoch: string;
  /** Everything up to here was handed to the app or given up as a gap. */
  readonly seq: number;
  /** The highest seq that is known to exist. */
  readonly knownSeq: number;
  /** What came too early, ascending; all above `seq`. */
  readonly early: readonly Place[];
}

/** What is missing: the seqs afterSeq+1 … beforeSeq-1; beforeSeq 0 = up to the newest, whatever that is. */
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
export interface JoinedMessages {
  readonly roomEpoch: string;
  readonly seq: number;
  readonly messages: readonly Message[];
}

/** First sight of a room epoch: the history that the join asked for, then everything after `joined.seq`. */
export function openSession(joined: JoinedMessages): SessionStep {
  const places = merge([], joined.messages.map(placeOf), 0);
  const seq = Math.max(joined.seq, places.at(-1)?.seq ?? 0);
  const session = { roomEpoch: joined.roomEpoch, seq, knownSeq: seq, early: [] };
  return { session, events: places.flatMap(eventsOf) };
}

/** A join's answer for a room that was seen before: what was missed. What is not in it is an explicit gap. */
export function resumeSession(session: RoomSession, joined: JoinedMessages): SessionStep {
  if (joined.roomEpoch !== session.roomEpoch) return openSession(joined);
  const merged = add(session, joined.messages.map(placeOf), joined.seq);
  // Of what came after the answer was made nothing is lost yet.
  return skipTo(merged, Math.min(firstEarly(merged), joined.seq + 1));
}

/** Messages that were pushed, in whatever order and however often. */
export function receive(session: RoomSession, places: readonly Place[]): SessionStep {
  return drain(add(session, places, 0), []);
}

/** A message was recalled. Where the app has not had it yet, it gets what now stands in its place, in its turn. */
export function recall(session: RoomSession, recalled: Message): SessionStep {
  const waiting = session.early.find((place) => place.seq === recalled.seq);
  const isOwn = waiting?.message === null;
  if (isOwn || recalled.seq <= session.seq) return { session, events: [{ recalled }] };
  return receive({ ...session, early: session.early.filter((place) => place !== waiting) }, [placeOf(recalled)]);
}

/**
 * The answer to a repair. If it holds nothing, or does not begin where the hole begins, that much is lost for good
 * and becomes a gap; so every repair gets ahead and repairing ends.
 */
export function repair(session: RoomSession, asked: SeqRange, messages: readonly Message[]): SessionStep {
  const merged = add(session, messages.map(placeOf), 0);
  // An answer without an end speaks of what is in it: what came after it was made is not lost yet.
  const newest = messages.reduce((seq, message) => Math.max(seq, message.seq), asked.afterSeq);
  const beforeSeq = asked.beforeSeq === 0 ? newest + 1 : asked.beforeSeq;
  return skipTo(merged, Math.min(merged.early[0]?.seq ?? beforeSeq, beforeSeq));
}

/** The oldest hole, or undefined if nothing is missing. */
export function missing(session: RoomSession): SeqRange | undefined {
  const beforeSeq = firstEarly(session);
  return beforeSeq > session.seq + 1 ? { afterSeq: session.seq, beforeSeq } : undefined;
}

/** A message as a place in a session. */
export function placeOf(message: Message): Place {
  return { seq: message.seq, message };
}

function firstEarly(session: RoomSession): number {
  return session.early[0]?.seq ?? session.knownSeq + 1;
}

function skipTo(session: RoomSession, firstSeq: number): SessionStep {
  if (firstSeq <= session.seq + 1) return drain(session, []);
  const gap = { afterSeq: session.seq, beforeSeq: firstSeq };
  return drain({ ...session, seq: firstSeq - 1 }, [{ gap }]);
}

function drain(session: RoomSession, before: readonly SessionEvent[]): SessionStep {
  const run = session.early.filter((place, index) => place.seq === session.seq + 1 + index);
  return {
    session: { ...session, seq: session.seq + run.length, early: session.early.slice(run.length) },
    events: [...before, ...run.flatMap(eventsOf)],
  };
}

function add(session: RoomSession, places: readonly Place[], seq: number): RoomSession {
  const early = merge(session.early, places, session.seq);
  const knownSeq = Math.max(session.knownSeq, seq, early.at(-1)?.seq ?? 0);
  return { ...session, early, knownSeq };
}

function merge(early: readonly Place[], places: readonly Place[], afterSeq: number): readonly Place[] {
  const bySeq = new Map<number, Place>();
  for (const place of [...early, ...places]) {
    if (place.seq > afterSeq && !bySeq.has(place.seq)) bySeq.set(place.seq, place);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

function eventsOf(place: Place): readonly SessionEvent[] {
  return place.message === null ? [] : [{ message: place.message }];
}
