/** What the platform said last. */
type Network = 'online' | 'offline';

/** Frames go over a link. `isDoubted`: the platform said that it is offline, and nothing has arrived since. */
export type OpenState = { readonly network: Network; readonly isDoubted: boolean } & (
  | { readonly at: 'open' }
  /** The server serves no frame over the link, for its token has expired: a link with another token is on its way. */
  | { readonly at: 'expired' }
  /** Frames go over a new link, and the former one still answers. */
  | { readonly at: 'moving' }
);

/** Which links a connection has. */
export type ConnectionState =
  /** `code`: why. */
  | { readonly at: 'closed'; readonly network: Network; readonly code: number }
  /** Between a handshake that failed, or a link that was lost, and the next attempt. */
  | { readonly at: 'waiting'; readonly network: Network }
  /** The handshake of the only link is under way. */
  | { readonly at: 'connecting'; readonly network: Network }
  | OpenState;

/** What happens to a connection. `next` is the link that is to replace the current one. */
export type ConnectionEvent =
  | { readonly type: 'connect' }
  | { readonly type: 'close'; readonly code: number }
  /** The delay before the next attempt has passed. */
  | { readonly type: 'waited' }
  | { readonly type: 'opened' }
  /** The link is lost, or did not open. */
  | { readonly type: 'ended' }
  | { readonly type: 'nextOpened' }
  /** `refusal`: the code with which the server refuses the token for good. */
  | { readonly type: 'nextEnded'; readonly refusal: number | undefined }
  /** The former link is gone, or everything has moved. */
  | { readonly type: 'formerEnded' }
  /** Something has arrived over the current link. */
  | { readonly type: 'heard' }
  /** The server refuses a frame of the current link because of its token, and the app has another one. */
  | { readonly type: 'expired' }
  | { readonly type: 'online' }
  | { readonly type: 'offline' }
  | { readonly type: 'visible' };

/** What is to be done after a transition, in this order. */
export type ConnectionEffect =
  | 'dial'
  /** Dial after the next delay. */
  | 'wait'
  /** The next delay is short again. */
  | 'hurry'
  /** Close all links; what was asked over them is lost. */
  | 'drop'
  | 'retire'
  /** The next link becomes the current one, and that the former one. */
  | 'swap'
  /** The former link becomes the current one, which is lost. */
  | 'back'
  | 'plan'
  /** Dial the next link after a growing delay. */
  | 'retry'
  /** The same, with another token, unless a next link is on its way. */
  | 'replace'
  /** The others are reports to the owner. */
  | 'status'
  | 'up'
  | 'movedBack'
  | 'doubted'
  | 'stopped'
  /** Answer the app's `connect`, once. */
  | 'connected';

export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

/** `waiting`: before the next attempt. `offline`: the platform says that there is no network. `closed`: for good. */
export type ConnectionStatus = 'connecting' | 'connected' | 'waiting' | 'offline' | 'closed';

export function isUp(state: ConnectionState): state is OpenState {
  return 'isDoubted' in state;
}

/** What the app is shown. */
export function statusOf(state: ConnectionState): ConnectionStatus {
  const status = isUp(state) ? (state.isDoubted ? 'connecting' : 'connected') : state.at;
  const isSure = status === 'connected' || status === 'closed';
  return state.network === 'online' || isSure ? status : 'offline';
}
