import { ordinal, seconds } from '../model/explain.ts';
import type { Member, Point, Rules } from '../model/presence.ts';
import { type Axis, type Bar, barOf, type Progress, placeOn, type Range, ticksOf } from '../model/time-line.ts';
import type { ViewState } from '../view-state.ts';

/** What a strip is drawn from. */
export interface BarsProps {
  readonly member: Member;
  readonly state: ViewState;
  readonly ranges: Readonly<Record<Axis, Range>>;
  readonly nowMs: number;
}

/** Labels closer than this cover each other: the rule that was met goes first, else the one to come. Per cent. */
const LABEL_WIDTH = 30;

/** One strip of a member, over time or over messages. The sentence above it says the same in words. */
export const BarOf = ({ axis, member, state, ranges, nowMs }: BarsProps & { readonly axis: Axis }) => {
  const { room, setup } = state;
  const range = ranges[axis];
  const bar = barOf(axis, range, member, room, setup, nowMs);
  return (
    <div class={`axis ${bar.rule === undefined && bar.end === undefined ? 'plain' : ''}`} aria-hidden="true">
      <span class={`unit ${bar.end?.by !== undefined ? 'decided' : ''}`}>
        {axis}
        {bar.progress !== undefined && <b>{progressText(axis, bar.progress)}</b>}
      </span>
      <svg class="bar" aria-hidden="true" focusable="false">
        <rect class="ground" x="0" y="20" width="100%" height="16" rx="2" />
        {bar.segments.map(({ id, presence, isAllowlisted, x, width }) => (
          <g key={id}>
            <rect class={`segment ${presence}`} x={`${x}%`} y="20" width={`${width}%`} height="16" />
            {isAllowlisted && <rect class="segment allowlisted" x={`${x}%`} y="37" width={`${width}%`} height="4" />}
          </g>
        ))}
        <svg y="25" height="6" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          <path class="message" d={messagesPath(axis, range, room.messages)} />
        </svg>
        <Marks bar={bar} limitText={limitText(axis, setup)} />
        {ticksOf(axis, range, room.opened).map(({ x, label }) => (
          <text key={label} class="label" x={`${x}%`} y="52" text-anchor={anchorAt(x)}>
            {label}
          </text>
        ))}
      </svg>
    </div>
  );
};

/** Where the rule evicts, and where the membership ended. */
const Marks = ({ bar: { rule, end }, limitText }: { readonly bar: Bar; readonly limitText: string }) => {
  const isNear = end !== undefined && rule !== undefined && Math.abs(rule.to - end.x) < LABEL_WIDTH;
  const isMet = end?.by !== undefined;
  return (
    <>
      {rule !== undefined && (
        <g class={`limit ${rule.isPast ? 'past' : ''}`}>
          <line class="reach" x1={`${rule.from}%`} x2={`${rule.to}%`} y1="17" y2="17" />
          <line x1={`${rule.from}%`} x2={`${rule.from}%`} y1="13" y2="20" />
          <line class="wall" x1={`${rule.to}%`} x2={`${rule.to}%`} y1="13" y2="42" />
          {!(isNear && isMet) && <Label x={rule.to} text={limitText} />}
        </g>
      )}
      {end !== undefined && (
        <g class="end">
          <line x1={`${end.x}%`} x2={`${end.x}%`} y1="13" y2="42" />
          {(!isNear || isMet) && <Label x={end.x} text={endText(end.by, limitText)} />}
        </g>
      )}
    </>
  );
};

const Label = ({ x, text }: { readonly x: number; readonly text: string }) => (
  <text x={`${x}%`} y="10" text-anchor={anchorAt(x)}>
    {text}
  </text>
);

/** Keeps a label inside the strip. */
const anchorAt = (x: number): 'start' | 'middle' | 'end' => {
  if (x < 25) return 'start';
  return x > 70 ? 'end' : 'middle';
};

function endText(by: 'limit' | 'sweep' | undefined, limitText: string): string {
  if (by === undefined) return 'removed';
  return `removed: ${by === 'limit' ? limitText : 'the sweep'}`;
}

/** A short line for each message, in per cent of the width. */
const messagesPath = (axis: Axis, range: Range, messages: readonly Point[]): string =>
  messages
    .map(({ seq, atMs }) => placeOn(range, axis === 'time' ? atMs : seq))
    .filter((x) => x > 0)
    .map((x) => `M${x.toFixed(2)} 0V1`)
    .join('');

const limitText = (axis: Axis, { offlineGraceMs, offlineMessageLimit }: Rules): string =>
  axis === 'time' ? `${offlineGraceMs / 1000} s offline` : `${ordinal(offlineMessageLimit)} message`;

const progressText = (axis: Axis, { done, limit }: Progress): string =>
  axis === 'time' ? `${seconds(done).slice(0, -2)} of ${limit / 1000} s` : `${done} of ${limit}`;
