import { moveConnection } from '../../lib/client/connection/reducer.ts';
import type { ConnectionEffect, ConnectionEvent, ConnectionState } from '../../lib/client/connection/state.ts';

const at = { network: 'online', isDoubted: false } as const;

/** One state of each kind, by its name in the docs. */
export const states: ReadonlyMap<string, ConnectionState> = new Map<string, ConnectionState>([
  ['closed', { at: 'closed', network: 'online', code: 0 }],
  ['dialling', { at: 'dialling', network: 'online' }],
  ['dialling, offline', { at: 'dialling', network: 'offline' }],
  ['waiting', { at: 'waiting', network: 'online' }],
  ['waiting, offline', { at: 'waiting', network: 'offline' }],
  ['open', { ...at, at: 'open' }],
  ['open, doubted', { at: 'open', network: 'offline', isDoubted: true }],
  ['moving', { ...at, at: 'moving', former: 'open' }],
  ['moving from expired', { ...at, at: 'moving', former: 'expired' }],
  ['expired', { ...at, at: 'expired' }],
]);

/** One event of each kind, by its name in the docs. */
export const events: ReadonlyMap<string, ConnectionEvent> = new Map<string, ConnectionEvent>([
  ['the app connects', { type: 'connect' }],
  ['closed for good', { type: 'close', code: 0 }],
  ['the delay is over', { type: 'waited' }],
  ['the link opens', { type: 'opened' }],
  ['the link is lost', { type: 'ended', refusal: undefined }],
  ['the token is refused', { type: 'ended', refusal: 0 }],
  ['the next link opens', { type: 'nextOpened' }],
  ['the next link is lost', { type: 'nextEnded', refusal: undefined }],
  ['the next token is refused', { type: 'nextEnded', refusal: 0 }],
  ['everything has moved, or the former link is lost', { type: 'formerEnded' }],
  ['something arrives', { type: 'heard' }],
  ['the token is about to expire', { type: 'near' }],
  ['a frame is refused with 31020', { type: 'expired' }],
  ['online', { type: 'online' }],
  ['offline', { type: 'offline' }],
  ['visible', { type: 'visible' }],
]);

/** Where events have a cause; an event without a row may happen in each state. */
const CAUSES: Readonly<Record<string, readonly ConnectionState['at'][]>> = {
  'the app connects': ['closed'],
  'the link opens': ['dialling'],
  'the link is lost': ['dialling', 'open', 'moving', 'expired'],
  'the token is refused': ['dialling'],
};

const WORDS: Readonly<Record<ConnectionEffect, string>> = {
  dial: 'dial',
  wait: 'wait',
  resetDelay: 'shorten the delay',
  dropLinks: 'close all links',
  dropFormer: 'close the former link',
  swapLinks: 'use the next link',
  swapBack: 'use the former link again',
  planRenewal: 'plan the next link',
  renewNow: 'dial the next link',
  renewLater: 'dial the next link later',
  replaceToken: 'dial the next link with another token',
  status: 'report: the status',
  up: 'resume the rooms and send what waits',
  moved: 'resume the rooms',
  movedBack: 'ping, resume the rooms',
  doubted: 'ping',
  stopped: 'end all calls',
  connected: 'answer the connect',
};

/** The state by its name in the docs; what differs from all of them only in `network` or `isDoubted` has its base's. */
export function nameOf(state: ConnectionState): string {
  for (const [name, other] of states) if (JSON.stringify(sorted(other)) === JSON.stringify(sorted(state))) return name;
  const base = state.at === 'moving' && state.former === 'expired' ? 'moving from expired' : state.at;
  const doubted = 'isDoubted' in state && state.isDoubted ? ', doubted' : '';
  return `${base}${doubted}${doubted === '' && state.network === 'offline' ? ', offline' : ''}`;
}

const sorted = (state: ConnectionState) => Object.entries(state).sort(([a], [b]) => a.localeCompare(b));

interface Transition {
  readonly from: string;
  readonly event: string;
  readonly to: string;
  readonly effects: string;
}

const transitions: readonly Transition[] = [...states].flatMap(([from, state]) =>
  [...events].flatMap(([event, happening]) => {
    const step = moveConnection(state, happening);
    const to = nameOf(step.state);
    const effects = step.effects.map((effect) => WORDS[effect]).join('; ');
    const isCaused = CAUSES[event]?.includes(state.at) !== false;
    return isCaused && (to !== from || effects !== '') ? [{ from, event, to, effects }] : [];
  }),
);

/** Every transition that changes something or does something. */
export function connectionTable(): string {
  const rows = transitions.map(({ from, event, to, effects }) => `| ${from} | ${event} | ${to} | ${effects} |`);
  return ['| state | what happens | next state | what is done |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The same as a picture, with the states of the union only. */
export function connectionPicture(): string {
  const short = (name: string) => name.split(/,| from/)[0] ?? name;
  const arrows = new Map<string, Set<string>>();
  for (const { from, event, to } of transitions) {
    const arrow = `${short(from)} --> ${short(to)}`;
    if (short(from) !== short(to)) arrows.set(arrow, new Set([...(arrows.get(arrow) ?? []), event]));
  }
  const lines = [...arrows].map(([arrow, why]) => `    ${arrow}: ${[...why].join(' / ')}`);
  return ['```mermaid', 'stateDiagram-v2', '    [*] --> closed', ...lines, '```'].join('\n');
}
