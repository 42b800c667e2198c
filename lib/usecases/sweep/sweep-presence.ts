import { decidePresence, presenceOf } from '../../domain/presence.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import type { SweepResult } from './sweep-member.ts';

/** Without a row a user is offline, so that of one who is gone may expire. */
const OFFLINE_KEPT_MS = 7 * DAY_MS;

/** Announces whether a user is online, if that has changed and has lasted for the delay. */
export async function sweepPresence(deps: Deps, userId: UserId): Promise<SweepResult> {
  const { presenceDelayMs } = deps.settings;
  if (presenceDelayMs === 0) return {};
  // Before the read: what it finds has lasted at least as long as at this time.
  const nowMs = deps.now();
  const { announced, connections } = await deps.store.readPresence(userId);
  const step = decidePresence(announced, presenceOf(connections, nowMs), nowMs, presenceDelayMs);
  if (step.kind === 'nothing') return {};
  if (step.kind === 'wait') return { nextAtMs: step.untilMs };
  const expiresAtMs = step.next.state === 'offline' ? nowMs + OFFLINE_KEPT_MS : undefined;
  const isDone = await deps.store.announcePresence(userId, announced, step.next, expiresAtMs);
  // check A: read: offline ------------------------------------------- announce offline, look again: online
  // user:    ---------------- connects
  // check B: --------------------------- read: online, as announced
  return isDone ? sweepPresence(deps, userId) : { nextAtMs: nowMs };
}
