import { firstNotBelow, type Moment } from './calls.ts';
import type { HistoryEvent, MemberWritten } from './history.ts';
import { Switches } from './switches.ts';
import { type AcceptedMessage, type Life, Timeline } from './timeline.ts';
import type { CheckOptions, Report } from './violation.ts';

export const TOLERATED_MS = 30_000;

export type OfflineMark = NonNullable<MemberWritten['offline']>;

/** What every check starts from. */
export interface Facts {
  readonly history: readonly HistoryEvent[];
  readonly options: CheckOptions;
  readonly report: Report;
  readonly timeline: Timeline;
  readonly allowlist: Switches;
  readonly realTime: Switches;
  readonly blocks: Switches;
  readonly blocksEverywhere: Switches;
  readonly mutes: Switches;
  readonly keeps: Switches;
}

export function factsOf(history: readonly HistoryEvent[], options: CheckOptions, report: Report): Facts {
  const timeline = new Timeline(history);
  const { records } = timeline;
  return {
    history,
    options,
    report,
    timeline,
    allowlist: new Switches(records, 'allow', 'disallow'),
    realTime: new Switches(records, 'realTime', 'realTime'),
    blocks: new Switches(records, 'block', 'unblock'),
    blocksEverywhere: new Switches(records, 'blockEverywhere', 'unblockEverywhere'),
    mutes: new Switches(records, 'mute', 'unmute'),
    keeps: new Switches(records, 'keep', 'unkeep'),
  };
}

/** The first message that evicts a member with this mark who is not on the allowlist. */
export function firstEvicting(
  life: Life,
  mark: OfflineMark,
  limit: number,
  toleratedMs: number,
): AcceptedMessage | undefined {
  const { accepted } = life;
  const byCount = firstNotBelow(accepted, mark.seq + limit, ({ event }) => event.seq);
  const byTime = firstNotBelow(accepted, mark.atMs + toleratedMs + 1, ({ latestSentAtMs }) => latestSentAtMs);
  const afterMark = firstNotBelow(accepted, mark.seq + 1, ({ event }) => event.seq);
  return accepted[Math.max(afterMark, Math.min(byCount, byTime))];
}

/** The message that has evicted the member by then whatever the calls in progress do, where there is one. */
export function surelyEvictedBy(
  facts: Facts,
  life: Life,
  user: string,
  mark: OfflineMark,
  at: Moment,
): AcceptedMessage | undefined {
  const { options } = facts;
  const first = firstEvicting(life, mark, options.messageLimit, TOLERATED_MS + options.epsMs);
  if (first === undefined || first.index >= at.index) return undefined;
  const allowlisted = facts.allowlist.get(life.room, user);
  let evicting: AcceptedMessage | undefined = first;
  if (allowlisted?.maybeOn(first.index) === true) {
    if (allowlisted.maybeOn(at.index)) return undefined;
    const from = Math.max(first.index, allowlisted.lastOff(at.index) + 1);
    evicting = life.accepted[firstNotBelow(life.accepted, from, ({ index }) => index)];
  }
  if (evicting === undefined || evicting.known.index >= at.index || evicting.known.atMs > at.atMs) return undefined;
  return evicting;
}

/** The first message that may have evicted the member by then. */
export function maybeEvictedBy(
  facts: Facts,
  life: Life,
  user: string,
  mark: OfflineMark,
  index: number,
): AcceptedMessage | undefined {
  const { options } = facts;
  const first = firstEvicting(life, mark, options.messageLimit, TOLERATED_MS - options.epsMs);
  if (first === undefined || first.index >= index) return undefined;
  const since = life.created?.index ?? -1;
  const allowlisted = facts.allowlist.get(life.room, user);
  const on = allowlisted?.surely(first.index, since);
  return on !== undefined && allowlisted?.surely(index, since) === on ? undefined : first;
}

/** The real-time service may have been on for the room. */
export function maybeRealTime(facts: Facts, { room, created }: Life, index: number): boolean {
  const service = facts.realTime.get(room, '');
  if (service === undefined) return facts.options.realTime;
  return service.maybeOn(index) || (facts.options.realTime && !service.surelyOff(index, created?.index));
}
