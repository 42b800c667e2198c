import type { Access } from '../../domain/access.ts';
import type { Outcome, Refused } from '../../domain/outcome.ts';
import { type SlowSend, slowIntervalMs, slowSendTo } from '../../domain/slow-mode.ts';
import { spentMark } from '../../domain/turns.ts';
import type { Caller, Deps } from '../deps.ts';
import { decideOn, tooMuchAtOnce } from './decide-on.ts';
import { type SlowSender, slowTurn } from './slow-turn.ts';
import type { Turn } from './take-turn.ts';

/** One attempt to send a message. Its mark keeps any other attempt at the same message from running concurrently. */
export interface SendAttempt {
  readonly key: string;
  isMarked: boolean;
  /** What the mark says of the room in slow mode, and by which interval. */
  slowSend?: SlowSend | undefined;
  slowIntervalMs?: number;
  /** What it said before. */
  formerSlowSend?: SlowSend | undefined;
  /** The app's hook was asked; the attempt goes on only where it may be accepted. */
  isAsked: boolean;
}

/** undefined = this attempt has its mark. */
export async function mark(
  turn: Turn,
  attempt: SendAttempt,
  slowSend: SlowSend | undefined,
  intervalMs: number,
): Promise<Outcome<'again'> | undefined> {
  if (attempt.isMarked && attempt.slowSend === slowSend) return undefined;
  const formerSlowSend = slowSend && formerOf(attempt, turn.access, slowSend.epoch);
  const outcome = await turn.take(slowSend && { action: 'slowSend', slowSend });
  if (outcome !== 'taken') return outcome;
  Object.assign(attempt, { isMarked: true, slowSend, slowIntervalMs: intervalMs, formerSlowSend });
  return undefined;
}

/** Slow mode; after a wait, with the interval as it is then, and without what this attempt has noted itself. */
export async function slowTurnOf(
  deps: Deps,
  attempt: SendAttempt,
  sender: SlowSender,
  id: string,
  sentAtMs: number,
): Promise<Outcome<SlowSend | undefined>> {
  const { room, member, access } = sender;
  const intervalMs = slowIntervalMs(room, member);
  if (intervalMs === 0) return undefined;
  const isNoted = attempt.slowSend?.epoch === room.epoch;
  if (isNoted && attempt.slowIntervalMs === intervalMs) return attempt.slowSend;
  const former = formerOf(attempt, access, room.epoch);
  const slowSends = access.slowSends.filter(({ epoch }) => epoch !== room.epoch).concat(former ?? []);
  return slowTurn(deps, { ...sender, access: { ...access, slowSends } }, id, sentAtMs);
}

/** The last message to the room before this attempt. */
const formerOf = (
  { slowSend, formerSlowSend }: SendAttempt,
  { slowSends }: Access,
  epoch: string,
): SlowSend | undefined => (slowSend?.epoch === epoch ? formerSlowSend : slowSendTo(slowSends, epoch));

/**
 * No message was accepted: the mark must not keep the next attempt waiting, and for slow mode the message before this one
 * is the last one again. If it fails, the mark expires.
 */
export async function unmark(deps: Deps, { userId }: Caller, attempt: SendAttempt): Promise<void> {
  try {
    await decideOn<Outcome<'done'>, Refused>(
      deps,
      async () => {
        const access = await deps.store.getAccess(userId);
        const without = withoutAttempt(access, attempt);
        // The row of a user who was deleted in between must not be written again.
        return without === undefined || (await deps.store.takeTurn(userId, without)) ? 'done' : 'conflict';
      },
      tooMuchAtOnce,
    );
  } catch (fault) {
    deps.onFault('remove the mark of a refused message', fault);
  }
}

/** undefined = the row has nothing of the attempt. */
function withoutAttempt(access: Access, { key, isAsked, slowSend, formerSlowSend }: SendAttempt): Access | undefined {
  const own = access.sends.filter((send) => send.key === key);
  const isNote = ({ epoch, id }: SlowSend) => epoch === slowSend?.epoch && id === slowSend.id;
  if (own.length === 0 && !access.slowSends.some(isNote)) return undefined;
  const others = access.sends.filter((send) => send.key !== key);
  // Otherwise what the hook refuses would be free, and a user could have it asked without end.
  const sends = isAsked ? [...others, ...own.map(spentMark)] : others;
  const former = formerSlowSend === undefined ? [] : [formerSlowSend];
  const slowSends = access.slowSends.flatMap((send) => (isNote(send) ? former : [send]));
  return { ...access, sends, slowSends };
}
