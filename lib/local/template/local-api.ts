import type { FindFunctionId, FindResources, ResolvedResource } from './cloudformation.ts';

/** A route of an API with its integration. */
export interface LocalRoute {
  readonly routeKey: string;
  /** The logical id of the function; undefined when the integration has none. */
  readonly functionId: string | undefined;
  readonly replies: boolean;
  readonly authorizer: LocalAuthorizer | undefined;
}

/** A Lambda authorizer. */
export interface LocalAuthorizer {
  readonly functionId: string;
  readonly identitySource: readonly string[];
}

/** A steady rate, and how many requests may come at once. */
export interface Throttle {
  readonly ratePerSec: number;
  readonly burst: number;
}

/** An API of API Gateway, WebSocket or HTTP. */
export interface LocalApi {
  readonly apiId: string;
  readonly protocol: 'WEBSOCKET' | 'HTTP';
  readonly routeSelectionExpression: string;
  readonly stageName: string;
  /** The throttle of the stage, for each of its routes; undefined when it has none of its own. */
  readonly throttle: Throttle | undefined;
  readonly routes: readonly LocalRoute[];
}

/** Describes an API with its routes. */
export function describeApi(
  [apiId, api]: ResolvedResource,
  find: FindResources,
  findFunctionId: FindFunctionId,
): LocalApi {
  const own = (type: string): ResolvedResource[] => find(type).filter(([, { ApiId }]) => ApiId === apiId);
  const replying = new Set(own('AWS::ApiGatewayV2::RouteResponse').map(([, { RouteId }]) => RouteId));
  const authorizers = new Map(own('AWS::ApiGatewayV2::Authorizer').map(([id, properties]) => [id, properties]));
  const integrations = new Map(own('AWS::ApiGatewayV2::Integration').map(([id, properties]) => [id, properties]));
  const routes = own('AWS::ApiGatewayV2::Route').map(([routeId, route]): LocalRoute => {
    const integration = integrations.get(String(route.Target).replace(/^integrations\//, ''));
    const authorizer = authorizers.get(String(route.AuthorizerId));
    const authorizerFunctionId = findFunctionId(authorizer?.AuthorizerUri);
    return {
      routeKey: String(route.RouteKey),
      functionId: findFunctionId(integration?.IntegrationUri),
      replies: replying.has(routeId),
      authorizer:
        authorizerFunctionId === undefined
          ? undefined
          : { functionId: authorizerFunctionId, identitySource: (authorizer?.IdentitySource ?? []) as string[] },
    };
  });
  const stage = own('AWS::ApiGatewayV2::Stage')[0]?.[1];
  return {
    apiId,
    protocol: api.ProtocolType === 'WEBSOCKET' ? 'WEBSOCKET' : 'HTTP',
    routeSelectionExpression: String(api.RouteSelectionExpression ?? '$request.method $request.path'),
    stageName: String(stage?.StageName ?? '$default'),
    throttle: describeThrottle(stage?.DefaultRouteSettings),
    routes,
  };
}

function describeThrottle(settings: unknown): Throttle | undefined {
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = (settings ?? {}) as Record<string, unknown>;
  return rate === undefined || burst === undefined ? undefined : { ratePerSec: Number(rate), burst: Number(burst) };
}
