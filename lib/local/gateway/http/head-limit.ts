import type { IncomingMessage } from 'node:http';

/** API Gateway's quota for HTTP APIs. It documents none for WebSocket APIs; a client that sends more cannot rely on it. */
const HEAD_LIMIT_BYTES = 10_240;

/** Whether the request line and the header values together exceed the quota of API Gateway. */
export function isHeadTooLong({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): boolean {
  const values = rawHeaders.filter((_text, at) => at % 2 === 1);
  const parts = [`${method} ${url} HTTP/${httpVersion}`, ...values];
  return parts.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0) > HEAD_LIMIT_BYTES;
}
