import type { IncomingMessage } from 'node:http';

/** The body as text; undefined if it is longer than `maxBytes`. It is read whole: else the client would get no answer. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    sizeBytes += bytes.length;
    if (sizeBytes <= maxBytes) chunks.push(bytes);
  }
  return sizeBytes > maxBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** The fields of a JSON object; none where the text is no such object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
