import type { Invoke } from '../../lambda/invoke.ts';

/** A WebSocket API as its template declares it, and the world that it runs in. */
export interface WebSocketApiOptions {
  readonly apiId: string;
  readonly stage: string;
  readonly region: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** E.g. `$request.body.action`. */
  readonly routeSelectionExpression: string;
  /** By route key: `$connect`, `$disconnect`, `$default` and the API's own. */
  readonly routes: Readonly<Record<string, WebSocketRoute | undefined>>;
  /** Keys of routes at whose MOCK integration a frame ends: nobody is asked and nothing is sent back. */
  readonly mockRoutes?: readonly string[];
  /** The REQUEST authorizer of `$connect`. */
  readonly authorizer?: WebSocketAuthorizer;
  readonly invoke: Invoke;
  readonly now: () => number;
  /** Connection, message and request ids; base64 of 11 bytes looks like the real ones (`L0SM9cOFvHcCIhw=`). */
  readonly randomId: () => string;
  readonly limits: WebSocketLimits;
  /** `$disconnect` is best effort: this may drop, delay or double it. */
  readonly disconnectDelivery: (deliver: () => Promise<void>) => Promise<void>;
  /** Whether the signer of an `@connections` request may make it; without it every signed request may. */
  readonly authorizeCall?: (request: ConnectionsCall) => boolean;
  readonly log: (line: string) => void;
}

/** The function behind a route; `reply` when the route has a route response. */
export interface WebSocketRoute {
  readonly functionId: string;
  readonly reply: boolean;
}

/** The authorizer's function and what must be in the request before it is asked. */
export interface WebSocketAuthorizer {
  readonly functionId: string;
  readonly identitySource: readonly string[];
}

/** Quotas of API Gateway. */
export interface WebSocketLimits {
  readonly frameBytes: number;
  readonly messageBytes: number;
  readonly idleMs: number;
  readonly lifeMs: number;
}

/** What is known of a signed `@connections` request when its permission is asked. */
export interface ConnectionsCall {
  readonly authorization: string;
  readonly method: string;
  readonly connectionId: string;
}
