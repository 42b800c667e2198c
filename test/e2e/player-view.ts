import { expect } from 'vitest';
import type { AppEvent, Player } from '../../bin/scenario/player.ts';
import type { RCIMIWConnectionStatus } from '../../lib/client/index.ts';

/** Joins without creating the room; resolves to the code. */
export function joinExisting({ engine }: Player, room: string): Promise<number> {
  return new Promise((resolve) => {
    void engine.joinChatRoom(room, -1, false, { onChatRoomJoined: (code) => resolve(code) });
  });
}

/** The texts that the player received in a room, in order. */
export const textsOf = ({ events }: Player, room: string): string[] =>
  events.all.flatMap((event) => (event.kind === 'message' && event.room === room ? [event.text] : []));

/** Waits for a text in a room. */
export const hears = (player: Player, room: string, text: string): Promise<AppEvent> =>
  player.events.until(text, (event) => event.kind === 'message' && event.room === room && event.text === text);

/** Waits for a status of the connection. */
export const getsStatus = (player: Player, status: RCIMIWConnectionStatus): Promise<AppEvent> =>
  player.events.until(`status ${status}`, (event) => event.kind === 'status' && event.status === status);

/** Expects that a time of a list, in UTC and to the second, is `minutes` after a call made since `beforeMs`. */
export function expectEnd(time: unknown, beforeMs: number, minutes: number): void {
  const endMs = Date.parse(`${String(time).replace(' ', 'T')}Z`);
  const secondMs = 1000;
  expect(endMs).toBeGreaterThan(beforeMs + minutes * 60_000 - secondMs);
  expect(endMs).toBeLessThanOrEqual(Date.now() + minutes * 60_000 + secondMs);
}
