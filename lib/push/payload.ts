import { hash } from 'node:crypto';

/** A body that is ready to be signed and sent. */
export interface Payload {
  /** A text: Node sends it in one piece with the headers, and a buffer in a piece of its own. */
  readonly text: string;
  readonly byteLength: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

const toPayload = (text: string): Payload => ({
  text,
  byteLength: Buffer.byteLength(text),
  sha256: hash('sha256', text),
});

/** The body of a request without one. */
export const noPayload: Payload = toPayload('');

/** A value as JSON. */
export const jsonPayload = (value: object): Payload => toPayload(JSON.stringify(value));

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
