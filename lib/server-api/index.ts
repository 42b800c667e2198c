export type { Endpoint, ServerApiDeps } from './endpoint.ts';
export { endpoints } from './endpoints.ts';
export type { HttpAnswer, HttpRequest } from './http.ts';
export { serveServerApi } from './serve.ts';
export { type CallToSign, signRequest } from './sign-request.ts';
export { webhookRequest } from './webhook.ts';
