import {
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  type ConnectionStep,
  isUp,
  type OpenState,
} from './state.ts';

type EventOf<Type extends ConnectionEvent['type']> = Extract<ConnectionEvent, { type: Type }>;

const to = (state: ConnectionState, ...effects: ConnectionEffect[]): ConnectionStep => ({ state, effects });

/** The whole of a connection's life: docs/client-states.md has the table. What is not there changes nothing. */
export function moveConnection(state: ConnectionState, event: ConnectionEvent): ConnectionStep {
  const { at, network } = state;
  switch (event.type) {
    case 'online':
    case 'offline':
    case 'visible':
      return noticed(state, event.type);
    case 'connect':
      return at === 'closed' ? dialled(state, 'hurry') : to(state);
    case 'waited':
      return at === 'waiting' ? dialled(state) : to(state);
    case 'opened':
      return to({ at: 'open', network, isDoubted: false }, 'plan', 'status', 'up', 'connected');
    case 'close':
      return at === 'closed' ? to(state) : closed(state, event.code);
    case 'ended':
      if (at === 'closed') return to(state);
      if (at === 'moving') return to({ ...state, at: 'open' }, 'back', 'retry', 'movedBack');
      return to({ at: 'waiting', network }, 'drop', 'wait', 'status');
    default:
      return isUp(state) ? moveOpen(state, event) : to(state);
  }
}

function moveOpen(
  state: OpenState,
  event: EventOf<'nextOpened' | 'nextEnded' | 'formerEnded' | 'heard' | 'expired'>,
): ConnectionStep {
  const { at, network } = state;
  switch (event.type) {
    case 'nextOpened':
      return to(
        { at: 'moving', network, isDoubted: false },
        ...retireFormer(state),
        ...(['swap', 'plan', 'status', 'up'] as const),
      );
    case 'nextEnded':
      if (event.refusal === undefined) return to(state, 'retry');
      // If the server refuses this token for good, it says so again when the current link has ended.
      return at === 'expired' ? closed(state, event.refusal) : to(state);
    case 'formerEnded':
      return at === 'moving' ? to({ ...state, at: 'open' }, 'retire') : to(state);
    case 'heard':
      return state.isDoubted ? to({ ...state, isDoubted: false }, 'status') : to(state);
    case 'expired':
      if (at === 'expired') return to(state);
      return to({ ...state, at: 'expired' }, ...retireFormer(state), 'replace');
  }
}

function dialled({ network }: ConnectionState, ...effects: ConnectionEffect[]): ConnectionStep {
  return to({ at: 'connecting', network }, ...effects, 'status', 'dial');
}

function closed({ network }: ConnectionState, code: number): ConnectionStep {
  // The end of the rooms comes first: in the listener of the status the app may connect as another user.
  return to({ at: 'closed', network, code }, 'drop', 'stopped', 'status', 'connected');
}

function noticed(state: ConnectionState, what: 'online' | 'offline' | 'visible'): ConnectionStep {
  const isBack = what === 'online' && state.network === 'offline';
  const next: ConnectionState = what === 'visible' ? state : { ...state, network: what };
  if (isUp(next)) {
    return what === 'offline' ? to({ ...next, isDoubted: true }, 'status') : to(next, 'status', 'doubted');
  }
  if (state.at === 'closed') return to(next);
  // A handshake that began without a network would hang until it times out. Any other one goes on: an app may pass
  // every event of its platform, also those that change nothing.
  if (isBack) return dialled(next, 'hurry');
  return what === 'visible' && state.at === 'waiting' ? dialled(next) : to(next, 'status');
}

const retireFormer = ({ at }: OpenState): ConnectionEffect[] => (at === 'moving' ? ['retire'] : []);
