import type { ServerFrame } from '../protocol/frames.ts';

const EVENTS: readonly unknown[] = ['answer', 'messages', 'members', 'removed', 'destroyed'];

/** Reads a frame of the server; undefined for what this client does not know, which a newer server may send. */
export function readServerFrame(text: string): ServerFrame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isFrame = typeof value === 'object' && value !== null && 'event' in value && EVENTS.includes(value.event);
    return isFrame ? (value as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
