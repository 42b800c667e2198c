/** More would make the gateway cut the connection. */
export const FRAME_BYTES_MAX = 32_768;

/** Bytes of a text as it goes over the wire. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
