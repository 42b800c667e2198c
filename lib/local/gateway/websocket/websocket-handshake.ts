import type { IncomingMessage } from 'node:http';
import { isHeadTooLong } from '../head-limit.ts';
import { requestTarget } from '../request-target.ts';
import type { Refusal } from './websocket-authorizer.ts';
import type { WebSocketApiOptions } from './websocket-options.ts';

/** The status is our guess: API Gateway's documents name the limits and not the answers. */
const URL_TOO_LONG: Refusal = { status: 414, errorType: 'RequestUriTooLongException', message: 'URI Too Long' };
const HEAD_TOO_LONG: Refusal = {
  status: 431,
  errorType: 'RequestHeaderFieldsTooLargeException',
  message: 'Request Header Fields Too Large',
};
const FORBIDDEN: Refusal = { status: 403, errorType: 'ForbiddenException', message: 'Forbidden' };
const BAD_REQUEST: Refusal = { status: 400, errorType: 'BadRequestException', message: 'Bad Request' };

const URL_LIMIT_CHARACTERS = 4096;
/** A token as RFC 9110 has it, of which each sub-protocol is one. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Why a handshake is refused before anybody is asked; undefined where it is not. */
export function handshakeFault(options: WebSocketApiOptions, request: IncomingMessage): Refusal | undefined {
  if (urlOf(options, request).length > URL_LIMIT_CHARACTERS) return URL_TOO_LONG;
  if (isHeadTooLong(request)) return HEAD_TOO_LONG;
  if (requestTarget(request).path !== `/${options.stage}`) return FORBIDDEN;
  // Otherwise the library would refuse the upgrade after $connect had run.
  if (!isWebSocketRequest(request) || !isProtocolList(request.headers['sec-websocket-protocol'])) return BAD_REQUEST;
  return undefined;
}

/** As long as it would be in the cloud, where the name of the host is longer. */
const urlOf = ({ apiId, region }: WebSocketApiOptions, { url = '' }: IncomingMessage): string =>
  `wss://${apiId}.execute-api.${region}.amazonaws.com${url}`;

function isWebSocketRequest({ method, headers }: IncomingMessage): boolean {
  const key = headers['sec-websocket-key'];
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    key !== undefined &&
    /^[+/0-9A-Za-z]{22}==$/.test(key)
  );
}

/** None, or some of which none comes twice. */
function isProtocolList(header: string | undefined): boolean {
  if (header === undefined) return true;
  const names = header.split(',').map((name) => name.trim());
  return names.every((name) => TOKEN.test(name)) && new Set(names).size === names.length;
}
