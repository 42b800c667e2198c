import type { Access } from '../../domain/access.ts';
import type { Member } from '../../domain/member.ts';
import { type Outcome, refused } from '../../domain/outcome.ts';
import type { Room } from '../../domain/room.ts';
import { type SlowSend, slowIntervalMs, slowSend, slowSendTo } from '../../domain/slow-mode.ts';
import { SECOND_MS } from '../../domain/time.ts';
import { SEND_KEPT_MS } from '../../domain/turns.ts';
import type { Deps } from '../deps.ts';
import { findSent } from './find-sent.ts';

/** Who sends to a room, by rows of which the access was read first. */
export interface SlowSender {
  readonly room: Room;
  readonly member: Member;
  readonly access: Access;
}

/**
 * Slow mode: the member's last message to the room must be an interval older than this one. It is on the row that the turn
 * of a send writes, so that of two sends at once only one takes its turn. Returns what that write is to note; undefined =
 * slow mode does not apply. The row does not say whether the last message was accepted, and when: the room does.
 */
export async function slowTurn(
  deps: Deps,
  sender: SlowSender,
  id: string,
  sentAtMs: number,
): Promise<Outcome<SlowSend | undefined>> {
  const { room, member, access } = sender;
  const intervalMs = slowIntervalMs(room, member);
  if (intervalMs === 0) return undefined;
  const last = slowSendTo(access.slowSends, room.epoch);
  // An earlier attempt at this message that died: no other message of the user was accepted since.
  const isOther = last !== undefined && last.id !== id;
  const retryAfterMs = isOther ? await waitMs(deps, room, last, intervalMs, sentAtMs) : 0;
  if (retryAfterMs <= 0) return slowSend(room, id, sentAtMs, intervalMs);
  return refused('slow-mode', {
    why: `the room is in slow mode, with one message in ${intervalMs / SECOND_MS} s`,
    retryAfterMs,
  });
}

/** How long until the next message, ms; 0 or less = it may be accepted. */
async function waitMs(deps: Deps, room: Room, last: SlowSend, intervalMs: number, sentAtMs: number): Promise<number> {
  // Too soon, whether it was accepted or still may be: a client that tries again and again costs no further read.
  if (sentAtMs < last.atMs + Math.min(intervalMs, SEND_KEPT_MS)) return last.atMs + intervalMs - sentAtMs;
  const accepted = await findSent(deps, room, last.id);
  if (accepted !== undefined) return accepted.sentAtMs + intervalMs - sentAtMs;
  return last.atMs + SEND_KEPT_MS - deps.now();
}
