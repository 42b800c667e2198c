import { moveMembership } from '../../lib/client/membership/reducer.ts';
import type { MembershipEffect, MembershipEvent, MembershipState } from '../../lib/client/membership/state.ts';
import { pictureOf, tableOf, transitionsOf } from './transitions.ts';

const options = { messageCount: 10, autoCreate: true };
export const member = { ...options, roomEpoch: 'e1', membershipId: 's1' };
const resumed = { ...options, roomEpoch: 'e1', membershipId: 's1' };

/** One state of each kind, by its name in the docs. */
export const states: ReadonlyMap<string, MembershipState> = new Map<string, MembershipState>([
  ['out', { at: 'out' }],
  ['joining', { at: 'joining', by: 'app', member: undefined }],
  ['joining, a member', { at: 'joining', by: 'app', member }],
  ['joining again', { at: 'joining', by: 'client', options }],
  ['in', { at: 'in', member }],
  ['resuming', { at: 'resuming', member }],
  ['leaving', { at: 'leaving', member: undefined }],
  ['leaving, a member', { at: 'leaving', member }],
  ['unknown after a join', { at: 'unknown', after: 'join' }],
  ['unknown after a leave', { at: 'unknown', after: 'leave' }],
  ['unknown after a sign', { at: 'unknown', after: 'sign' }],
]);

/** One event of each kind, by its name in the docs. */
export const events: ReadonlyMap<string, MembershipEvent> = new Map<string, MembershipEvent>([
  ['the join is sent', { type: 'join' }],
  ['the leave is sent', { type: 'leave' }],
  ['another link, or a doubt', { type: 'doubt' }],
  ['the join is answered', { type: 'joined', to: 'join', member: resumed }],
  ['the resume is answered', { type: 'joined', to: 'resume', member: resumed }],
  ['the join is refused', { type: 'refused', to: 'join', code: 23411, reason: undefined }],
  ['the join finds an eviction', { type: 'refused', to: 'join', code: 23406, reason: 'offline' }],
  ['the join finds another end', { type: 'refused', to: 'join', code: 23409, reason: 'blocked' }],
  ['the resume is refused', { type: 'refused', to: 'resume', code: 23411, reason: undefined }],
  ['the resume finds an eviction', { type: 'refused', to: 'resume', code: 23406, reason: 'offline' }],
  ['the resume finds another end', { type: 'refused', to: 'resume', code: 23409, reason: 'blocked' }],
  ['the token has expired', { type: 'refused', to: 'resume', code: 31020, reason: undefined }],
  ['the join is overdue', { type: 'overdue', to: 'join' }],
  ['the leave is overdue', { type: 'overdue', to: 'leave' }],
  ['the leave is done', { type: 'left' }],
  ['the leave is refused', { type: 'stays' }],
  ['evicted', { type: 'removed', reason: 'offline' }],
  ['removed otherwise', { type: 'removed', reason: 'blocked' }],
  ['the room is destroyed', { type: 'destroyed' }],
  ['another user connects', { type: 'userChanged' }],
  ['a sign of a membership', { type: 'sign' }],
]);

/** The events that can happen in a state; the others have no cause there. */
const CAUSES: Readonly<Record<string, (state: MembershipState) => boolean>> = {
  'the join is': ({ at }) => at === 'joining',
  'the join finds': (state) => state.at === 'joining' && 'member' in state && state.member !== undefined,
  'the resume': (state) => 'member' in state && state.member !== undefined && state.at !== 'leaving',
  'the token': (state) => state.at === 'resuming',
  'the leave is overdue': ({ at }) => at === 'leaving' || at === 'unknown',
  'the leave is refused': (state) => state.at !== 'out' && !(state.at === 'joining' && state.by === 'app'),
  'the leave is done': ({ at }) => at === 'leaving' || at === 'unknown',
  'the leave is sent': ({ at }) => at !== 'leaving',
  'the join is sent': ({ at }) => at !== 'joining' && at !== 'leaving',
  evicted: (state) => 'member' in state && state.member !== undefined,
  'removed otherwise': (state) => 'member' in state && state.member !== undefined,
  'the room is destroyed': (state) => 'member' in state && state.member !== undefined,
};

const mayHappen = (event: string, state: MembershipState): boolean => {
  const [cause] = Object.keys(CAUSES)
    .filter((start) => event.startsWith(start))
    .sort((a, b) => b.length - a.length);
  return cause === undefined || CAUSES[cause]?.(state) === true;
};

const nameOf = (state: MembershipState): string => {
  for (const [name, other] of states) if (JSON.stringify(other) === JSON.stringify(state)) return name;
  throw new Error(`unable to name a state; the table has none like ${JSON.stringify(state)}`);
};

const wordsOf = (effect: MembershipEffect): string => {
  if (effect.do === 'ask') return `ask: ${effect.what}`;
  if (effect.do === 'report removed') return `report: removed, ${effect.reason}`;
  if (effect.do === 'report joined') return `report: joined, ${effect.code}`;
  return effect.do === 'report left' ? 'report: left, 0' : 'forget the room';
};

const transitions = transitionsOf(states, events, (state, happening, event) => {
  if (!mayHappen(event, state)) return undefined;
  const step = moveMembership(state, happening);
  return { to: nameOf(step.state), effects: step.effects.map(wordsOf) };
});

/** Every transition that changes something or does something. */
export const transitionTable = (): string => tableOf(transitions);

/** The same as a picture, with the states of the union only. */
export const transitionPicture = (): string =>
  pictureOf(transitions, 'out', (name) => name.split(/,| again| after/)[0]);
