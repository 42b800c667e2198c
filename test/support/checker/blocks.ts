import type { CallRecord } from './calls.ts';
import type { Facts } from './facts.ts';
import { surelyBlocked } from './sends.ts';
import { lifeDuring } from './standing.ts';

/** I-B1, I-B4: blocked and member at once, and joins before and after the end of a block. */
export function checkBlocks(facts: Facts): void {
  checkRows(facts);
  for (const record of facts.timeline.records) {
    const { call, answer } = record;
    const isJoin = call.op === 'join' || call.op === 'resume';
    if (call.op === 'allow' && answer?.code === 0) checkAllowlistLimit(facts, record);
    if (isJoin && answer?.code === 23409) checkRefused(facts, record);
    if (answer?.code !== 0) continue;
    if (isJoin && call.by !== 'server-api') checkShown(facts, record, call.by.user);
    if (call.op === 'exist' && answer.result.member === true) checkShown(facts, record, call.args.user ?? '');
    if (call.op === 'members') for (const user of answer.result.userIds ?? []) checkShown(facts, record, user);
  }
}

/** The block and the membership are on one row. */
function checkRows({ timeline, options, report }: Facts): void {
  for (const { event, index, atMs, current } of timeline.versions) {
    if (event.kind !== 'memberWritten' || current === undefined) continue;
    const { blockedUntilMs } = event;
    if (blockedUntilMs === undefined || blockedUntilMs <= atMs + options.epsMs) continue;
    report('I-B1', `${event.user} is blocked and a member of ${event.room} at once`, index);
  }
}

function checkShown(facts: Facts, record: CallRecord, user: string): void {
  const { call, index, answer, answerIndex } = record;
  const life = lifeDuring(facts, call.room, { index, atMs: call.atMs }, answerIndex);
  if (life === undefined || life === 'open' || answer === undefined) return;
  const block = surelyBlocked(facts, life, user, index, answer.atMs + facts.options.epsMs);
  if (block === undefined || surelyBlocked(facts, life, user, answerIndex, answer.atMs) !== block) return;
  const sentence = `${call.op} found ${user} a member of ${call.room} while blocked`;
  facts.report('I-B1', sentence, block.index, block.answerIndex, index, answerIndex);
}

/** No block can have held at the time of the join. */
function checkRefused(facts: Facts, { call, index, answerIndex }: CallRecord): void {
  if (call.by === 'server-api') return;
  const { user } = call.by;
  const switches = [facts.blocks.get(call.room, user), facts.blocksEverywhere.get('', user)];
  const isPossible = switches.some((found) =>
    (found?.maybe(answerIndex, index) ?? []).some(
      (block) => latestEndMs(block, facts.options.inFlightMs) > call.atMs - facts.options.epsMs,
    ),
  );
  if (isPossible) return;
  const block = switches[0]?.ons.findLast((on) => on.index < index);
  const sentence = `a join of ${user} to ${call.room} was refused without a block`;
  facts.report('I-B4', sentence, block?.index ?? Infinity, index, answerIndex);
}

/** A block is timed from when the server handles the call, which is between the call and its answer. */
function latestEndMs({ call, answer }: CallRecord, inFlightMs: number): number {
  const untilMs = call.args.untilMs ?? Infinity;
  return untilMs + (answer === undefined ? inFlightMs : answer.atMs - call.atMs);
}

function checkAllowlistLimit(facts: Facts, { call, index, answerIndex }: CallRecord): void {
  const life = lifeDuring(facts, call.room, { index, atMs: call.atMs }, answerIndex);
  const user = call.args.user;
  if (life === undefined || life === 'open' || user === undefined) return;
  const others = facts.allowlist
    .usersOf(call.room)
    .filter((other) => other !== user)
    .flatMap((other) => {
      const found = facts.allowlist.get(call.room, other);
      const on = found?.surely(index, life.created?.index);
      return on !== undefined && found?.surely(answerIndex, life.created?.index) === on ? [on] : [];
    });
  if (others.length < facts.options.allowlistLimit) return;
  const sentence = `${user} is one too many on the allowlist of ${call.room}`;
  facts.report('ALLOWLIST', sentence, ...others.map((other) => other.index), index, answerIndex);
}
