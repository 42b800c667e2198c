/**
 * Reads the raw bytes that one side of a WebSocket sends and reports each frame whose payload exceeds the limit. The
 * WebSocket library limits whole messages only, so this function reads the frame headers (RFC 6455 section 5.2).
 */
export function watchFrames(limitBytes: number, onTooLong: () => void): (chunk: Buffer) => void {
  let header: number[] = [];
  let skipBytes = 0;
  return (chunk) => {
    let offset = 0;
    while (offset < chunk.length) {
      if (skipBytes > 0) {
        const stepBytes = Math.min(skipBytes, chunk.length - offset);
        skipBytes -= stepBytes;
        offset += stepBytes;
        continue;
      }
      header.push(chunk[offset] ?? 0);
      offset += 1;
      const payloadBytes = payloadLength(header);
      if (payloadBytes === undefined) continue;
      if (payloadBytes > limitBytes) onTooLong();
      skipBytes = payloadBytes + maskLength(header);
      header = [];
    }
  };
}

/** The length of the payload; undefined until the header is long enough. */
function payloadLength(header: readonly number[]): number | undefined {
  const second = header[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  if (short < 126) return short;
  const extendedBytes = short === 126 ? 2 : 8;
  if (header.length < 2 + extendedBytes) return undefined;
  return header.slice(2, 2 + extendedBytes).reduce((length, byte) => length * 256 + byte, 0);
}

function maskLength(header: readonly number[]): number {
  return ((header[1] ?? 0) & 0x80) === 0 ? 0 : 4;
}
