import type { Member, Point, RoomState, Rules, Span } from './presence.ts';

/** Along which of the two a strip is drawn. */
export type Axis = 'time' | 'messages';

/** What part of the axis is drawn: ms since 1970, or seqs. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A part of a strip, in per cent of its width. */
export interface Segment {
  readonly id: string;
  readonly presence: Span['presence'];
  readonly isAllowlisted: boolean;
  readonly x: number;
  readonly width: number;
}

/** How far a member who is or was offline has come on the axis: ms or messages since the disconnect. */
export interface Progress {
  readonly done: number;
  readonly limit: number;
}

/** What is drawn for one member, in per cent of the width. */
export interface Bar {
  readonly segments: readonly Segment[];
  /** From the last disconnect to where the rule evicts; it stays when the member is gone, or is back (`isPast`). */
  readonly rule: { readonly from: number; readonly to: number; readonly isPast: boolean } | undefined;
  readonly progress: Progress | undefined;
  /** Where the membership ended, and what on this axis ended it: a message past the limit, or the sweep without one. */
  readonly end: { readonly x: number; readonly by: 'limit' | 'sweep' | undefined } | undefined;
}

const TIME_MIN_MS = 45_000;
const TIME_MAX_MS = 240_000;
const SEQS_MIN = 40;
const SEQS_MAX = 120;

/** The drawn part of the axis: it ends after now and after every limit, and is never wider than can be read. */
export function rangeOf(axis: Axis, state: RoomState, rules: Rules, nowMs: number): Range {
  const isTime = axis === 'time';
  const now = isTime ? nowMs : state.seq;
  const limits = [...state.members.values()].map((member) => ruleOf(axis, member, rules)?.to ?? now);
  const [least, most] = isTime ? [TIME_MIN_MS, TIME_MAX_MS] : [SEQS_MIN, SEQS_MAX];
  const margin = least / 20;
  const last = Math.max(now, ...limits) + margin;
  const opened = positionOf(axis, state.opened);
  const from = Math.max(opened, last - most);
  return { from, to: Math.max(last, from + least) };
}

/** Where a value of the axis lies, in per cent; what is outside is moved to the edge. */
export const placeOn = ({ from, to }: Range, value: number): number =>
  Math.min(100, Math.max(0, ((value - from) / (to - from)) * 100));

export function barOf(axis: Axis, range: Range, member: Member, state: RoomState, rules: Rules, nowMs: number): Bar {
  const now = { atMs: nowMs, seq: state.seq };
  const { end } = member;
  const rule = ruleOf(axis, member, rules);
  const isPast = member.presence === 'online';
  const isCounted = rule !== undefined && !isPast;
  const progress = isCounted ? progressOf(rule, positionOf(axis, end?.at ?? now)) : undefined;
  return {
    segments: member.spans.map((span) => segmentOf(axis, range, span, now)).filter(({ width }) => width > 0),
    rule: rule && { from: placeOn(range, rule.from), to: placeOn(range, rule.to), isPast },
    progress,
    end: end && { x: placeOn(range, positionOf(axis, end.at)), by: cutBy(axis, member, rules) },
  };
}

function segmentOf(axis: Axis, range: Range, { presence, isAllowlisted, from, to }: Span, now: Point): Segment {
  const x = placeOn(range, positionOf(axis, from));
  const end = placeOn(range, positionOf(axis, to ?? now));
  return { id: `${from.atMs}-${from.seq}-${presence}`, presence, isAllowlisted, x, width: end - x };
}

const progressOf = ({ from, to }: Range, at: number): Progress => ({ done: at - from, limit: to - from });

/** From a disconnect to where a message, or any message after it, evicts the member. */
function ruleOf(axis: Axis, member: Member, rules: Rules): Range | undefined {
  const mark = markOf(member);
  if (mark === undefined || member.isAllowlisted) return undefined;
  const from = positionOf(axis, mark);
  return { from, to: from + (axis === 'time' ? rules.offlineGraceMs : rules.offlineMessageLimit) };
}

/** The disconnect that a rule counts from, or counted from until the member was back. */
function markOf({ presence, spans, mark, end }: Member): Point | undefined {
  if (presence === 'offline' || end?.reason === 'offline') return mark;
  const last = spans.at(-2);
  return presence === 'online' && last?.presence === 'offline' ? last.from : undefined;
}

/** What on this axis evicted the member; undefined where it was the other one. */
function cutBy(axis: Axis, { mark, end }: Member, rules: Rules): 'limit' | 'sweep' | undefined {
  if (mark === undefined || end?.reason !== 'offline') return undefined;
  if (end.message === undefined) return axis === 'time' ? 'sweep' : undefined;
  const isByMessages = end.message.seq - mark.seq >= rules.offlineMessageLimit;
  return isByMessages === (axis === 'messages') ? 'limit' : undefined;
}

const positionOf = (axis: Axis, { atMs, seq }: Point): number => (axis === 'time' ? atMs : seq);

/** The labels below the strips, at most six, at round numbers. */
export function ticksOf(axis: Axis, range: Range, opened: Point): readonly { x: number; label: string }[] {
  const zero = positionOf(axis, opened);
  const steps = axis === 'time' ? [5, 10, 15, 30, 60, 120].map((sec) => sec * 1000) : [5, 10, 20, 50, 100];
  const step = steps.find((each) => (range.to - range.from) / each <= 6) ?? (steps.at(-1) as number);
  const first = Math.ceil((range.from - zero) / step);
  const last = Math.floor((range.to - zero) / step);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const value = (first + index) * step;
    return { x: placeOn(range, zero + value), label: axis === 'time' ? `${value / 1000} s` : `${value}` };
  });
}
