/*
 * Models nothing: it says whether signals come from members only, and reach members only. Clock and chance: none.
 */

import type { HistoryEvent } from '../../support/checker/history.ts';
import type { Violation } from '../../support/checker/violation.ts';
import type { Truth } from './truth.ts';

/** I-D1, I-D8: each signal is of a call by that user; they and who gets it are members between the call and the post. */
export function wrongSignals(events: readonly HistoryEvent[], truth: Truth): readonly Violation[] {
  const users = new Map(events.flatMap((event) => (event.kind === 'opened' ? [[event.connection, event.user]] : [])));
  const calls = new Map<string, number>();
  return events.flatMap((event, index) => {
    if (event.kind === 'call' && event.op === 'signal') calls.set(event.id, index);
    if (event.kind !== 'pushed' || event.frame.event !== 'signal') return [];
    const { room, userId, data } = event.frame;
    const from = calls.get(data) ?? -1;
    const call = events[from];
    const wrong = (invariant: string, sentence: string): Violation => ({ invariant, sentence, events: [from, index] });
    const isTheirs = call?.kind === 'call' && call.by !== 'server-api' && call.by.user === userId && call.room === room;
    if (!isTheirs) return [wrong('I-D1', `nobody has signalled ${data} as ${userId} to ${room}`)];
    const wasIn = (user: string) => truth.between(room, user, from, index).some((membership) => membership !== '');
    const outsider = [userId, users.get(event.connection) ?? ''].find((user) => !wasIn(user));
    return outsider === undefined ? [] : [wrong('I-D8', `${outsider} is no member of ${room}: ${data}`)];
  });
}
