import { arnOf } from '../base/account.ts';
import { openPort } from '../base/listen.ts';
import type { Iam } from '../iam/iam.ts';
import { signerOf } from '../iam/request-signer.ts';
import type { Invoke } from '../lambda/invoke.ts';
import type { ThrottleOf } from '../quotas/throttles.ts';
import type { LocalApi, LocalRoute } from '../template/local-api.ts';
import type { StackDescription } from '../template/stack-description.ts';
import { type HttpApi, startHttpApi } from './http/http-api.ts';
import { startWebSocketApi, type WebSocketApi } from './websocket/websocket-api.ts';
import { awsLimits, type DisconnectDelivery, type WebSocketLimits } from './websocket/websocket-options.ts';

/** How to open the APIs. */
export interface ApisOptions {
  /** The port of the WebSocket API; the HTTP API takes the next one. 0 takes free ports. */
  readonly port: number;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly log: (line: string) => void;
  readonly trace?: ((line: string) => void) | undefined;
  /** Replaces quotas of AWS. */
  readonly limits: Partial<WebSocketLimits>;
  /** Without it nothing is refused for being too much. */
  readonly throttleOf?: ThrottleOf | undefined;
  readonly disconnectDelivery: DisconnectDelivery;
}

/** A stack with its roles and functions. */
export interface StackParts {
  readonly stack: StackDescription;
  readonly iam: Iam;
  readonly invoke: Invoke;
}

function onlyApi(stack: StackDescription, protocol: LocalApi['protocol']): LocalApi {
  const [api, ...more] = stack.apis.filter((each) => each.protocol === protocol);
  if (api === undefined || more.length > 0) {
    throw new Error(`unable to open the ${protocol} API; the template has ${api === undefined ? 'none' : 'several'}`);
  }
  return api;
}

function functionOf({ routeKey, functionId }: LocalRoute): string {
  if (functionId === undefined) throw new Error(`unable to open the route ${routeKey}; it has no function`);
  return functionId;
}

/** Opens the stack's WebSocket API. */
export async function openWebSocketApi(
  options: ApisOptions,
  { stack, iam, invoke }: StackParts,
): Promise<WebSocketApi> {
  const { port, now, randomId, log, trace } = options;
  const sockets = onlyApi(stack, 'WEBSOCKET');
  const connectRoute = sockets.routes.find(({ routeKey }) => routeKey === '$connect');
  return openPort(port, () =>
    startWebSocketApi({
      apiId: sockets.apiId,
      stage: sockets.stageName,
      port,
      routeSelectionExpression: sockets.routeSelectionExpression,
      routes: Object.fromEntries(
        sockets.routes.map((route) => [route.routeKey, { functionId: functionOf(route), reply: route.replies }]),
      ),
      ...(connectRoute?.authorizer === undefined ? {} : { authorizer: connectRoute.authorizer }),
      invoke,
      now,
      randomId,
      limits: { ...awsLimits, ...options.limits },
      throttle: options.throttleOf?.(sockets.throttle),
      disconnectDelivery: options.disconnectDelivery,
      authorizeCall: ({ authorization, method, connectionId }) => {
        const call = `${sockets.apiId}/${sockets.stageName}/${method}/@connections/${connectionId}`;
        const signer = signerOf(authorization) ?? '';
        const grant = { action: 'execute-api:ManageConnections', resource: arnOf('execute-api', call) };
        return iam.knows(signer) && iam.use(signer, [grant]) === undefined;
      },
      log,
      trace,
    }),
  );
}

/** Opens the stack's HTTP API. */
export async function openHttpApi(options: ApisOptions, { stack, invoke }: StackParts): Promise<HttpApi> {
  const { now, randomId, log, trace } = options;
  const { apiId, stageName: stage, routes: all, throttle: ownThrottle } = onlyApi(stack, 'HTTP');
  const throttle = options.throttleOf?.(ownThrottle);
  const routes = Object.fromEntries(all.map((route) => [route.routeKey, functionOf(route)]));
  const port = options.port === 0 ? 0 : options.port + 1;
  return openPort(port, () =>
    startHttpApi({ apiId, stage, port, routes, invoke, now, randomId, log, throttle, trace }),
  );
}
