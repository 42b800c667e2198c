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
  const { network } = state;
  switch (event.type) {
    case 'connect':
      return dialled(state, 'resetDelay');
    case 'close':
      return state.at === 'closed' ? to(state) : closed(state, event.code);
    case 'waited':
      return state.at === 'waiting' ? dialled(state) : to(state);
    case 'opened':
      return to({ at: 'open', network, isDoubted: false }, 'planRenewal', 'status', 'up', 'connected');
    case 'ended':
      return ended(state, event.refusal);
    case 'online':
    case 'offline':
    case 'visible':
      return noticed(state, event.type);
    default:
      return isUp(state) ? moveOpen(state, event) : to(state);
  }
}

function moveOpen(
  state: OpenState,
  event: EventOf<'nextOpened' | 'nextEnded' | 'formerEnded' | 'heard' | 'near' | 'expired'>,
): ConnectionStep {
  const { at, network, isDoubted } = state;
  switch (event.type) {
    case 'nextOpened':
      return nextOpened(state);
    case 'nextEnded':
      if (event.refusal === undefined) return to(state, 'renewLater');
      // If the server refuses this token for good, it says so again when the current link has ended.
      return at === 'expired' ? closed(state, event.refusal) : to(state);
    case 'formerEnded':
      return at === 'moving' ? to({ at: 'open', network, isDoubted }, 'dropFormer') : to(state);
    case 'heard':
      return isDoubted ? to({ ...state, isDoubted: false }, 'status') : to(state);
    case 'near':
      return to(state, 'renewNow');
    case 'expired':
      if (at === 'expired') return to(state);
      return to({ at: 'expired', network, isDoubted }, ...dropFormer(state), 'replaceToken');
  }
}

function dialled({ network }: ConnectionState, ...effects: ConnectionEffect[]): ConnectionStep {
  return to({ at: 'dialling', network }, ...effects, 'status', 'dial');
}

function closed({ network }: ConnectionState, code: number): ConnectionStep {
  // The end of the rooms comes first: in the listener of the status the app may connect as another user.
  return to({ at: 'closed', network, code }, 'dropLinks', 'stopped', 'status', 'connected');
}

/** Over an expired link nothing was served: what waits goes on as after a loss. */
function nextOpened(state: OpenState): ConnectionStep {
  const { network } = state;
  const former = state.at === 'expired' ? 'expired' : 'open';
  const report = state.at === 'expired' ? 'up' : 'moved';
  const next: ConnectionState = { at: 'moving', network, isDoubted: false, former };
  return to(next, ...dropFormer(state), 'swapLinks', 'planRenewal', 'status', report);
}

function ended(state: ConnectionState, refusal: number | undefined): ConnectionStep {
  const { network } = state;
  if (state.at === 'moving') {
    return to({ at: state.former, network, isDoubted: state.isDoubted }, 'swapBack', 'renewLater', 'movedBack');
  }
  if (state.at === 'closed') return to(state);
  if (refusal !== undefined) return closed(state, refusal);
  return to({ at: 'waiting', network }, 'dropLinks', 'wait', 'status');
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
  if (isBack) return dialled(next, 'resetDelay');
  return what === 'visible' && state.at === 'waiting' ? dialled(next) : to(next, 'status');
}

const dropFormer = ({ at }: OpenState): ConnectionEffect[] => (at === 'moving' ? ['dropFormer'] : []);
