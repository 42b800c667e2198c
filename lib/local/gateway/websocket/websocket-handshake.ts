import type { IncomingMessage } from 'node:http';
import { apiHost } from '../../base/account.ts';
import { isHeadTooLong } from '../http/head-limit.ts';
import { requestTarget } from '../http/request-target.ts';
import type { Refusal } from './websocket-authorizer.ts';
import type { WebSocketApiOptions } from './websocket-options.ts';

/** The statuses 414 and 431 are a guess: API Gateway documents these limits but not its answers. */
const URL_TOO_LONG: Refusal = { status: 414, errorType: 'RequestUriTooLongException', message: 'URI Too Long' };
const HEAD_TOO_LONG: Refusal = {
  status: 431,
  errorType: 'RequestHeaderFieldsTooLargeException',
  message: 'Request Header Fields Too Large',
};
const FORBIDDEN: Refusal = { status: 403, errorType: 'ForbiddenException', message: 'Forbidden' };
const BAD_REQUEST: Refusal = { status: 400, errorType: 'BadRequestException', message: 'Bad Request' };

const URL_LIMIT_CHARACTERS = 4096;
/** A token of RFC 9110, as each sub-protocol must be. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Why a handshake is refused before the authorizer is asked; undefined when it is not. */
export function handshakeFault(options: WebSocketApiOptions, request: IncomingMessage): Refusal | undefined {
  if (urlOf(options, request).length > URL_LIMIT_CHARACTERS) return URL_TOO_LONG;
  if (isHeadTooLong(request)) return HEAD_TOO_LONG;
  if (requestTarget(request).path !== `/${options.stage}`) return FORBIDDEN;
  // The library checks these too, but only after $connect has run.
  if (!isWebSocketRequest(request) || !isProtocolList(request.headers['sec-websocket-protocol'])) return BAD_REQUEST;
  return undefined;
}

/** The URL in AWS, whose host name is longer than the local one. */
const urlOf = ({ apiId }: WebSocketApiOptions, { url = '' }: IncomingMessage): string =>
  `wss://${apiHost(apiId)}${url}`;

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

/** No header, or a list of tokens without duplicates. */
function isProtocolList(header: string | undefined): boolean {
  if (header === undefined) return true;
  const names = header.split(',').map((name) => name.trim());
  return names.every((name) => TOKEN.test(name)) && new Set(names).size === names.length;
}
