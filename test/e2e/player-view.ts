import { expect } from 'vitest';
import type { Player, Told } from '../../bin/scenario/player.ts';
import type { RCIMIWConnectionStatus } from '../../lib/client/index.ts';

/** Joins without creating the room; resolves to the code. */
export function joinExisting({ engine }: Player, room: string): Promise<number> {
  return new Promise((resolve) => {
    void engine.joinChatRoom(room, -1, false, { onChatRoomJoined: (code) => resolve(code) });
  });
}

/** The texts that the player received in a room, in order. */
export const textsOf = ({ told }: Player, room: string): string[] =>
  told.entries.flatMap((each) => (each.kind === 'message' && each.room === room ? [each.text] : []));

/** Waits for a text in a room. */
export const hears = (player: Player, room: string, text: string): Promise<Told> =>
  player.told.until(text, (told) => told.kind === 'message' && told.room === room && told.text === text);

/** Waits for a status of the connection. */
export const getsStatus = (player: Player, status: RCIMIWConnectionStatus): Promise<Told> =>
  player.told.until(`status ${status}`, (told) => told.kind === 'status' && told.status === status);

/** Expects that a time of a list, in UTC and to the second, is `minutes` after a call made since `beforeMs`. */
export function expectEnd(time: unknown, beforeMs: number, minutes: number): void {
  const endMs = Date.parse(`${String(time).replace(' ', 'T')}Z`);
  const secondMs = 1000;
  expect(endMs).toBeGreaterThan(beforeMs + minutes * 60_000 - secondMs);
  expect(endMs).toBeLessThanOrEqual(Date.now() + minutes * 60_000 + secondMs);
}
