import {
  type End,
  isGone,
  type Member,
  type Point,
  type Presence,
  type RoomEvent,
  type RoomState,
  type Rules,
  type Span,
} from './presence.ts';

const MESSAGES_MAX = 500;

/** The room after an event; the same object where the event changes nothing. */
export function reduce(state: RoomState, event: RoomEvent, atMs: number, rules: Rules): RoomState {
  if (event.kind === 'message') return accept(state, { seq: event.seq, atMs }, event.sentMs, rules);
  const member = state.members.get(event.userId) ?? newMember(event.userId);
  const changed = change(state, member, event, atMs, rules);
  if (changed === member) return state;
  return { ...state, members: new Map(state.members).set(member.userId, changed) };
}

/** Several clients report each message, and not always in order. */
function accept(state: RoomState, message: Point, sentMs: number, rules: Rules): RoomState {
  if (state.messages.some(({ seq }) => seq === message.seq)) return state;
  const messages = [...state.messages, message].sort((a, b) => a.seq - b.seq).slice(-MESSAGES_MAX);
  const accepted = { ...state, messages, seq: Math.max(state.seq, message.seq) };
  const members = [...state.members].map(([userId, member]) => [userId, attribute(accepted, member, sentMs, rules)]);
  return { ...accepted, members: new Map(members as [string, Member][]) };
}

/** The report of an eviction may overtake the answer that has the message which evicted. */
function attribute(state: RoomState, member: Member, sentMs: number, rules: Rules): Member {
  const { end } = member;
  if (end?.reason !== 'offline' || end.message !== undefined || sentMs > end.noLaterMs) return member;
  const message = evictingMessage(state, member, rules);
  if (message === undefined) return member;
  return { ...member, spans: moveEnd(member.spans, message), end: { ...end, message, at: message } };
}

/** The last span begins where the one before ends. */
const moveEnd = (spans: readonly Span[], at: Point): readonly Span[] =>
  spans.map((span, index) => {
    if (index === spans.length - 1) return { ...span, from: at };
    return index === spans.length - 2 ? { ...span, to: at } : span;
  });

const newMember = (userId: string): Member => ({
  userId,
  presence: 'removed',
  spans: [],
  isAllowlisted: false,
  isMuted: false,
});

type MemberEvent = Exclude<RoomEvent, { kind: 'message' }>;

function change(state: RoomState, member: Member, event: MemberEvent, atMs: number, rules: Rules): Member {
  const now: Point = { atMs, seq: state.seq };
  switch (event.kind) {
    case 'online':
      return member.presence === 'online'
        ? member
        : { ...turn(member, 'online', now), mark: undefined, end: undefined };
    case 'silent':
      return member.presence === 'online' ? turn(member, 'silent', now) : member;
    case 'offline': {
      if (isGone(member.presence) || member.presence === 'offline') return member;
      const mark = { seq: state.seq, atMs: event.sinceMs };
      return { ...turn(member, 'offline', mark), mark };
    }
    case 'ended':
      return endMembership(state, member, event, now, rules);
    case 'unblocked':
      return member.presence === 'blocked' ? turn(member, 'removed', now) : member;
    case 'muted':
      return member.isMuted === event.isOn ? member : { ...member, isMuted: event.isOn };
    case 'allowlisted':
      if (member.isAllowlisted === event.isOn) return member;
      return turn({ ...member, isAllowlisted: event.isOn }, member.presence, now);
  }
}

/** Ends the last span and begins the next one. */
function turn(member: Member, presence: Presence, at: Point): Member {
  const { spans, isAllowlisted } = member;
  const ended = spans.map((span) => (span.to === undefined ? { ...span, to: laterOf(span.from, at) } : span));
  const begun = { presence, isAllowlisted, from: laterOf(ended.at(-1)?.to ?? at, at) };
  return { ...member, presence, spans: [...ended, begun] };
}

/** A disconnect is dated back to when it began, but not before what was known then. */
const laterOf = (first: Point, second: Point): Point => (second.atMs < first.atMs ? first : second);

function endMembership(
  state: RoomState,
  member: Member,
  { reason: given, noLaterMs }: Pick<Extract<RoomEvent, { kind: 'ended' }>, 'reason' | 'noLaterMs'>,
  now: Point,
  rules: Rules,
): Member {
  const reason = given ?? (member.mark === undefined ? 'left' : 'offline');
  if (isGone(member.presence)) {
    return reason === 'blocked' && member.presence === 'removed' ? turn(member, 'blocked', now) : member;
  }
  const message = reason === 'offline' ? evictingMessage(state, member, rules) : undefined;
  const at = message ?? now;
  const end: End = { reason, at, noLaterMs: noLaterMs ?? now.atMs, ...(message && { message }) };
  return { ...turn(member, reason === 'blocked' ? 'blocked' : 'removed', at), end };
}

/** The first message that passed a limit of an offline member; undefined where silence evicted them. */
function evictingMessage(state: RoomState, { mark }: Member, rules: Rules): Point | undefined {
  if (mark === undefined) return undefined;
  return state.messages.find(
    ({ seq, atMs }) =>
      seq - mark.seq >= rules.offlineMessageLimit || (seq > mark.seq && atMs - mark.atMs > rules.offlineGraceMs),
  );
}
