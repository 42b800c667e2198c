import { explain } from '../model/explain.ts';
import type { Member } from '../model/presence.ts';
import { type Axis, barOf, placeOn, type Range, rangeOf, ticksOf } from '../model/time-line.ts';
import type { ViewState } from '../view-state.ts';
import type { ViewProps } from './app.tsx';

const LEGEND = ['online', 'silent', 'offline', 'removed', 'blocked'] as const;

/** The strips of all members over time and over messages, with the points where the rules evict. */
export const TimeLine = ({ state, nowMs }: ViewProps) => {
  const ranges = {
    time: rangeOf('time', state.room, state.setup, nowMs),
    messages: rangeOf('messages', state.room, state.setup, nowMs),
  };
  const members = [...state.room.members.values()];
  return (
    <section class="column presence" aria-labelledby="presence-title">
      <h2 id="presence-title">Presence</h2>
      <ul class="legend">
        {LEGEND.map((presence) => (
          <li key={presence}>
            <span class={`dot ${presence}`} aria-hidden="true" /> {presence}
          </li>
        ))}
        <li>
          <span class="dot allowlisted" aria-hidden="true" /> on the allowlist
        </li>
      </ul>
      <ol class="members">
        {members.map((member) => (
          <MemberBars key={member.userId} member={member} state={state} ranges={ranges} nowMs={nowMs} />
        ))}
      </ol>
      {members.length === 0 && <p>Nobody has joined yet.</p>}
    </section>
  );
};

interface BarsProps {
  readonly member: Member;
  readonly state: ViewState;
  readonly ranges: Readonly<Record<Axis, Range>>;
  readonly nowMs: number;
}

const MemberBars = (props: BarsProps) => {
  const { member, state, nowMs } = props;
  const name = state.people.find(({ userId }) => userId === member.userId)?.name ?? member.userId;
  const evicting = member.end?.message?.seq;
  return (
    <li data-member={member.userId} data-presence={member.presence} data-evicted-by={evicting}>
      <h3>{name}</h3>
      <p>{explain(member, state.room, state.setup, nowMs)}</p>
      <BarOf axis="time" {...props} />
      <BarOf axis="messages" {...props} />
    </li>
  );
};

const BarOf = ({ axis, member, state, ranges, nowMs }: BarsProps & { readonly axis: Axis }) => {
  const { room, setup } = state;
  const range = ranges[axis];
  const { segments, limit, end } = barOf(axis, range, member, room, setup, nowMs);
  const limitText = axis === 'time' ? `${setup.offlineGraceMs / 1000} s` : `${setup.offlineMessageLimit}.`;
  // The sentence above says the same.
  return (
    <div class="axis">
      <span class="unit">{axis}</span>
      <svg class="bar" aria-hidden="true" focusable="false">
        {segments.map(({ id, presence, isAllowlisted, x, width }) => (
          <g key={id}>
            <rect class={`segment ${presence}`} x={`${x}%`} y="4" width={`${width}%`} height="14" />
            {isAllowlisted && <rect class="segment allowlisted" x={`${x}%`} y="20" width={`${width}%`} height="3" />}
          </g>
        ))}
        {room.messages.map(({ seq, atMs }) => {
          const x = placeOn(range, axis === 'time' ? atMs : seq);
          return x > 0 && <line key={seq} class="tick" x1={`${x}%`} x2={`${x}%`} y1="0" y2="4" />;
        })}
        {limit !== undefined && <Mark className="limit" x={limit} text={limitText} />}
        {end !== undefined && <Mark className="end" x={end} text="evicted" />}
        {ticksOf(axis, range, room.opened).map(({ x, label }) => (
          <text key={label} class="label" x={`${x}%`} y="36" text-anchor={x > 90 ? 'end' : x < 5 ? 'start' : 'middle'}>
            {label}
          </text>
        ))}
      </svg>
    </div>
  );
};

const Mark = ({ className, x, text }: { readonly className: string; readonly x: number; readonly text: string }) => (
  <g class={className}>
    <line x1={`${x}%`} x2={`${x}%`} y1="0" y2="26" />
    <text x={`${x}%`} y="15" dx={x > 85 ? -4 : 4} text-anchor={x > 85 ? 'end' : 'start'}>
      {text}
    </text>
  </g>
);
