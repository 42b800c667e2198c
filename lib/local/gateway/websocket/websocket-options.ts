import type { Invoke } from '../../lambda/invoke.ts';
import type { ApiThrottle } from '../../quotas/throttles.ts';

/** A WebSocket API as its template declares it, with its clock, ids, functions and log. */
export interface WebSocketApiOptions {
  readonly apiId: string;
  readonly stage: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** E.g. `$request.body.action`. */
  readonly routeSelectionExpression: string;
  /** By route key: `$connect`, `$disconnect`, `$default` and the API's own. */
  readonly routes: Readonly<Record<string, WebSocketRoute | undefined>>;
  /** The REQUEST authorizer of `$connect`. */
  readonly authorizer?: WebSocketAuthorizer;
  readonly invoke: Invoke;
  readonly now: () => number;
  /** Connection, message and request ids; in AWS they look like 11 bytes in base64 (`L0SM9cOFvHcCIhw=`). */
  readonly randomId: () => string;
  readonly limits: WebSocketLimits;
  /** Without it nothing is refused for being too much. */
  readonly throttle?: ApiThrottle | undefined;
  readonly disconnectDelivery: DisconnectDelivery;
  /** Whether the signer of an `@connections` request may make it; without this function every signer may. */
  readonly authorizeCall?: (request: ConnectionsCall) => boolean;
  readonly log: (line: string) => void;
  /** Gets a line per frame, in both directions, and per start and end of a connection. */
  readonly trace?: ((line: string) => void) | undefined;
}

/**
 * Runs `deliver`, which invokes `$disconnect`. AWS delivers `$disconnect` with best effort, so a test may lose, delay or
 * repeat it here.
 */
export type DisconnectDelivery = (deliver: () => Promise<void>) => Promise<void>;

/** The function of a route. */
export interface WebSocketRoute {
  readonly functionId: string;
  /** Whether the route has a route response, which sends the answer of the function to the client. */
  readonly reply: boolean;
}

/** The function of the authorizer, and the values that a request must have before it runs. */
export interface WebSocketAuthorizer {
  readonly functionId: string;
  readonly identitySource: readonly string[];
}

/** The quotas of API Gateway that a WebSocket API enforces. */
export interface WebSocketLimits {
  readonly frameBytes: number;
  readonly messageBytes: number;
  readonly idleMs: number;
  readonly lifeMs: number;
}

/** The quotas of AWS. */
export const awsLimits: WebSocketLimits = {
  frameBytes: 32 * 1024,
  messageBytes: 128 * 1024,
  idleMs: 600_000,
  lifeMs: 7_200_000,
};

/** A signed `@connections` request. */
export interface ConnectionsCall {
  readonly authorization: string;
  readonly method: string;
  readonly connectionId: string;
}
