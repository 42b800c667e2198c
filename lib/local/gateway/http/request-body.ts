import type { IncomingMessage } from 'node:http';

/** Reads the whole body. Returns undefined over the limit, but still drains the body so that the client gets the answer. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return sizeBytes > limitBytes ? undefined : Buffer.concat(chunks);
}
