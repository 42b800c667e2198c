import { Code } from '../../protocol/codes.ts';
import type { EndReason } from '../../protocol/end-reason.ts';
import {
  type MembershipEffect,
  type MembershipEvent,
  type MembershipState,
  type MembershipStep,
  memberOf,
} from './state.ts';

/** Refusals that do not say whether the user is a member: the client asks again on its next connection. */
const INCONCLUSIVE_CODES: readonly number[] = [Code.DISCONNECTED, Code.TOKEN_EXPIRED];

const OUT: MembershipState = { at: 'out' };
const FORGET: MembershipEffect = { do: 'forget' };
const ask = (what: 'resume' | 'rejoin' | 'leave'): MembershipEffect => ({ do: 'ask', what });

type EventOf<Type extends MembershipEvent['type']> = Extract<MembershipEvent, { type: Type }>;

const to = (state: MembershipState, ...effects: MembershipEffect[]): MembershipStep => ({ state, effects });

/** The whole of a membership's life: docs/client-states.md has the table. What is not there changes nothing. */
export function moveMembership(state: MembershipState, event: MembershipEvent): MembershipStep {
  switch (event.type) {
    case 'join':
      return join(state);
    case 'leave':
      // What is not known is not settled by one more leave that fails.
      return to(state.at === 'unknown' ? { at: 'unknown', after: 'sign' } : { at: 'leaving', member: memberOf(state) });
    case 'doubt':
      return doubt(state);
    case 'joined':
      return joined(state, event);
    case 'refused':
      return event.to === 'join' ? joinRefused(state, event) : resumeRefused(state, event);
    case 'overdue':
      return overdue(state, event);
    case 'left':
      return left(state);
    case 'stays':
      return stays(state);
    case 'removed':
      return removed(state, event.reason);
    case 'destroyed':
      return to(state.at === 'joining' ? { at: 'joining', by: 'app', member: undefined } : OUT, FORGET);
    case 'userChanged':
      return to(OUT, FORGET);
    case 'sign':
      return state.at === 'out' ? to({ at: 'unknown', after: 'sign' }, ask('leave')) : to(state);
  }
}

function join(state: MembershipState): MembershipStep {
  // What became of the earlier join or leave does not matter any more: this join decides.
  const effects = state.at === 'unknown' ? [FORGET] : [];
  return to({ at: 'joining', by: 'app', member: memberOf(state) }, ...effects);
}

function doubt(state: MembershipState): MembershipStep {
  if (state.at === 'in' || state.at === 'resuming') return to({ at: 'resuming', member: state.member }, ask('resume'));
  if (state.at === 'unknown') return to(state, ask('leave'));
  if (state.at !== 'joining') return to(state);
  if (state.by === 'client') return to(state, ask('rejoin'));
  return state.member === undefined ? to(state) : to(state, ask('resume'));
}

function joined(state: MembershipState, { to: asked, member }: EventOf<'joined'>): MembershipStep {
  // The app's own join goes on.
  if (asked === 'resume' && state.at === 'joining') return to({ at: 'joining', by: 'app', member });
  const effects: MembershipEffect[] = state.at === 'joining' && state.by === 'client' ? [reportJoined(Code.OK)] : [];
  return to({ at: 'in', member }, ...effects);
}

function joinRefused(state: MembershipState, { code, reason }: EventOf<'refused'>): MembershipStep {
  if (state.at !== 'joining') return to(state);
  if (state.by === 'client') {
    return INCONCLUSIVE_CODES.includes(code) ? to(state) : to(OUT, FORGET, reportJoined(code));
  }
  if (state.member === undefined) return to(OUT, FORGET);
  // This join does not work, and says nothing against the membership that there is.
  if (reason === undefined) return to({ at: 'in', member: state.member });
  // After an eviction the same join is asked again, as a new one.
  return reason === 'offline' ? ended(reason) : to(OUT, FORGET, { do: 'report removed', reason });
}

function resumeRefused(state: MembershipState, { code, reason }: EventOf<'refused'>): MembershipStep {
  if (memberOf(state) === undefined || INCONCLUSIVE_CODES.includes(code)) return to(state);
  if (reason !== undefined) return removed(state, reason);
  const next: MembershipState = state.at === 'joining' ? { at: 'joining', by: 'app', member: undefined } : OUT;
  return to(next, FORGET, reportJoined(code));
}

/** A membership that is known stays: the resume finds out. Of any other the server must not keep a member. */
function overdue(state: MembershipState, { to: asked }: EventOf<'overdue'>): MembershipStep {
  const member = memberOf(state);
  if (asked === 'join' && member !== undefined) return to({ at: 'resuming', member }, ask('resume'));
  return to({ at: 'unknown', after: asked }, FORGET, ask('leave'));
}

function left(state: MembershipState): MembershipStep {
  if (state.at === 'leaving') return to(OUT, FORGET);
  if (state.at !== 'unknown') return to(state);
  // The app was left with an error: now it learns that the leave is done.
  return state.after === 'leave' ? to(OUT, { do: 'report left' }) : to(OUT);
}

function stays(state: MembershipState): MembershipStep {
  if (state.at === 'unknown') return to({ at: 'unknown', after: 'leave' }, ask('leave'));
  if (state.at === 'joining') return state.by === 'client' ? to(state, ask('rejoin')) : to(state);
  const member = memberOf(state);
  // The leave, even if it was never sent, has held back any resume and any removal: ask what holds.
  return member === undefined ? to(OUT) : to({ at: 'resuming', member }, ask('resume'));
}

function removed(state: MembershipState, reason: EndReason): MembershipStep {
  const member = memberOf(state);
  // During a leave the app gets only the outcome of the leave.
  if (member === undefined || state.at === 'leaving') return to(state);
  if (state.at === 'joining') return ended(reason);
  if (reason !== 'offline') return to(OUT, FORGET, { do: 'report removed', reason });
  const { messageCount, autoCreate } = member;
  const next: MembershipState = { at: 'joining', by: 'client', options: { messageCount, autoCreate } };
  return to(next, { do: 'report removed', reason }, ask('rejoin'));
}

/** The known membership has ended while the app's join is under way, which goes on. */
function ended(reason: EndReason): MembershipStep {
  const effects: MembershipEffect[] = reason === 'offline' ? [] : [FORGET];
  return to({ at: 'joining', by: 'app', member: undefined }, ...effects, { do: 'report removed', reason });
}

const reportJoined = (code: number): MembershipEffect => ({ do: 'report joined', code });
