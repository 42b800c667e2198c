import { isJsonObject, jsonValue } from '../../protocol/json.ts';
import type { ServerFrame } from '../../protocol/push-frames.ts';

const EVENTS: Readonly<Record<ServerFrame['event'], true>> = {
  answer: true,
  messages: true,
  members: true,
  removed: true,
  destroyed: true,
  recalled: true,
  broadcast: true,
  entries: true,
  notice: true,
  sync: true,
  closing: true,
};

/** Reads a frame of the server; undefined for one that this client does not know: a newer server may send it. */
export function readServerFrame(text: string): ServerFrame | undefined {
  const value: unknown = jsonValue(text);
  const isKnown = isJsonObject(value) && Object.hasOwn(EVENTS, String(value.event));
  return isKnown ? (value as object as ServerFrame) : undefined;
}
