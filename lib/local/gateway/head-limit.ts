import type { IncomingMessage } from 'node:http';

/** API Gateway's quota of HTTP APIs; of WebSocket APIs it names none, and what is beyond this is nothing to build on. */
const HEAD_LIMIT_BYTES = 10_240;

/** Whether the request line and the values of all headers are together more than API Gateway takes. */
export function isHeadTooLong({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): boolean {
  const values = rawHeaders.filter((_text, at) => at % 2 === 1);
  const parts = [`${method} ${url} HTTP/${httpVersion}`, ...values];
  return parts.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0) > HEAD_LIMIT_BYTES;
}
