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

/** An API of API Gateway, WebSocket or HTTP. */
export interface LocalApi {
  readonly apiId: string;
  readonly protocol: 'WEBSOCKET' | 'HTTP';
  readonly routeSelectionExpression: string;
  readonly stageName: string;
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
  return {
    apiId,
    protocol: api.ProtocolType === 'WEBSOCKET' ? 'WEBSOCKET' : 'HTTP',
    routeSelectionExpression: String(api.RouteSelectionExpression ?? '$request.method $request.path'),
    stageName: String(own('AWS::ApiGatewayV2::Stage')[0]?.[1].StageName ?? '$default'),
    routes,
  };
}
