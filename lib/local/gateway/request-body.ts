import type { IncomingMessage } from 'node:http';

/** Reads the whole body; undefined when it is larger than the limit (the rest is drained so that the answer arrives). */
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
