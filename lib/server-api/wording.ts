import { ApiCode, RefusedCall } from './refused-call.ts';

/** Asked too often, or too much at once: the same call may succeed a second later. */
export const tooFast = (message: string, more: Readonly<Record<string, unknown>> = {}): RefusedCall =>
  new RefusedCall(429, ApiCode.TOO_FAST, message, more);

/** YYYY-MM-DD HH:MM:SS in UTC. */
export const timeText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
