import { createHash } from 'node:crypto';

/** A body that is ready to be signed and sent. */
export interface Payload {
  readonly bytes: Buffer;
  /** Lower-case hex. */
  readonly sha256: string;
}

const toPayload = (bytes: Buffer): Payload => ({ bytes, sha256: createHash('sha256').update(bytes).digest('hex') });

/** The body of a request without one. */
export const noPayload: Payload = toPayload(Buffer.alloc(0));

/** A value as JSON. */
export const jsonPayload = (value: object): Payload => toPayload(Buffer.from(JSON.stringify(value)));

/**
 * As `jsonPayload`, but encodes and hashes the same object once: a delivery posts one frame to thousands of connections.
 * The object may not change after the first call; the memory goes with the object.
 */
export function createPayloads(): (value: object) => Payload {
  const known = new WeakMap<object, Payload>();
  return (value) => {
    const payload = known.get(value) ?? jsonPayload(value);
    known.set(value, payload);
    return payload;
  };
}
