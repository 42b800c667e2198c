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

/** What is drawn for one member. */
export interface Bar {
  readonly segments: readonly Segment[];
  /** Where the rule evicts the member, if nothing else happens. */
  readonly limit: number | undefined;
  /** Where a message evicted the member. */
  readonly end: number | undefined;
}

const TIME_MIN_MS = 45_000;
const TIME_MAX_MS = 180_000;
const SEQS_MIN = 40;
const SEQS_MAX = 120;

/** The drawn part of the axis: it ends after now and after every limit, and is never wider than can be read. */
export function rangeOf(axis: Axis, state: RoomState, rules: Rules, nowMs: number): Range {
  const isTime = axis === 'time';
  const now = isTime ? nowMs : state.seq;
  const limits = [...state.members.values()].map((member) => limitOf(axis, member, rules) ?? now);
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
  const limit = limitOf(axis, member, rules);
  const message = member.end?.message;
  return {
    segments: member.spans.map((span) => segmentOf(axis, range, span, now)).filter(({ width }) => width > 0),
    limit: limit === undefined ? undefined : placeOn(range, limit),
    end: message === undefined ? undefined : placeOn(range, positionOf(axis, message)),
  };
}

function segmentOf(axis: Axis, range: Range, { presence, isAllowlisted, from, to }: Span, now: Point): Segment {
  const x = placeOn(range, positionOf(axis, from));
  const end = placeOn(range, positionOf(axis, to ?? now));
  return { id: `${from.atMs}-${from.seq}-${presence}`, presence, isAllowlisted, x, width: end - x };
}

/** Where a message, or any message after it, evicts an offline member. */
function limitOf(axis: Axis, { presence, isAllowlisted, mark }: Member, rules: Rules): number | undefined {
  if (presence !== 'offline' || isAllowlisted || mark === undefined) return undefined;
  return axis === 'time' ? mark.atMs + rules.offlineGraceMs : mark.seq + rules.offlineMessageLimit;
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
