export type { Endpoint, ServerApiDeps } from './endpoint.ts';
export { endpoints } from './endpoints.ts';
export { type HttpAnswer, type HttpRequest, serveServerApi } from './serve.ts';
