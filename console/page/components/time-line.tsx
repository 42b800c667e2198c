import { explain } from '../model/explain.ts';
import { rangeOf } from '../model/time-line.ts';
import { nameOf } from '../view-state.ts';
import type { ViewProps } from './app.tsx';
import { BarOf, type BarsProps } from './bar.tsx';

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
      <header>
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
      </header>
      <ol class="members">
        {members.map((member) => (
          <MemberBars key={member.userId} member={member} state={state} ranges={ranges} nowMs={nowMs} />
        ))}
      </ol>
      {members.length === 0 && <p>Nobody has joined yet.</p>}
    </section>
  );
};

const MemberBars = (props: BarsProps) => {
  const { member, state, nowMs } = props;
  const { userId, presence, end } = member;
  const name = nameOf(state.people, userId);
  return (
    <li class={presence} data-member={userId} data-presence={presence} data-evicted-by={end?.message?.seq}>
      <h3>
        <span class={`dot ${presence}`} aria-hidden="true" />
        {name} <small>{presence}</small>
      </h3>
      <p>{explain(member, state.room, state.setup, nowMs)}</p>
      <BarOf axis="messages" {...props} />
      <BarOf axis="time" {...props} />
    </li>
  );
};
