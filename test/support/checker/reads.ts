import type { CallRecord } from './calls.ts';
import type { Facts } from './facts.ts';
import { lifeDuring, type Standing, standingDuring } from './standing.ts';

/** I-M4, I-M5, I-M16, I-M17: what `exist`, `members` and `info` answer, against the rows and the accepted messages. */
export function checkReads(facts: Facts): void {
  for (const record of facts.timeline.records) {
    if (record.answer?.code !== 0) continue;
    if (record.call.op === 'exist') checkExist(facts, record);
    if (record.call.op === 'members' || record.call.op === 'info') checkMembers(facts, record);
  }
}

function standingOf(facts: Facts, { call, index, answerIndex }: CallRecord, user: string): Standing {
  return standingDuring(facts, call.room, user, { index, atMs: call.atMs }, answerIndex);
}

function checkExist(facts: Facts, record: CallRecord): void {
  const { call, answer } = record;
  const user = call.args.user;
  if (user === undefined || answer?.result.member === undefined) return;
  checkShown(facts, record, user, answer.result.member, standingOf(facts, record, user));
}

function checkShown(facts: Facts, record: CallRecord, user: string, isShown: boolean, standing: Standing): void {
  const { call, index, answerIndex } = record;
  if (isShown && standing.is === 'none') {
    const sentence = `${call.op} showed ${user} in ${call.room}, who is no member`;
    facts.report(standing.invariant, sentence, ...standing.events, index, answerIndex);
  }
  if (!isShown && standing.is === 'member') {
    const sentence = `${call.op} did not show ${user} in ${call.room}, who is a member`;
    facts.report('I-M17', sentence, ...standing.events, index, answerIndex);
  }
}

function checkMembers(facts: Facts, record: CallRecord): void {
  const { call, index, answer, answerIndex } = record;
  const { userIds, total } = answer?.result ?? {};
  const life = lifeDuring(facts, call.room, { index, atMs: call.atMs }, answerIndex);
  const users = life === 'open' || life === undefined ? [] : [...life.rows.keys()];
  const standings = new Map(users.map((user) => [user, standingOf(facts, record, user)]));
  if (userIds !== undefined) checkList(facts, record, userIds, standings);
  if (total === undefined) return;
  const members = [...standings.values()].filter(({ is }) => is === 'member').length;
  const others = [...standings.values()].filter(({ is }) => is === 'none').length;
  const isCertain = life !== 'open';
  if (total >= 0 && (!isCertain || (total >= members && total <= standings.size - others))) return;
  const range = `${members} to ${standings.size - others}`;
  facts.report('I-M16', `the member count of ${call.room} is ${total} instead of ${range}`, index, answerIndex);
}

function checkList(
  facts: Facts,
  record: CallRecord,
  userIds: readonly string[],
  standings: ReadonlyMap<string, Standing>,
): void {
  const shown = new Set(userIds);
  if (shown.size < userIds.length) {
    facts.report('I-M17', `a list of ${record.call.room} shows a user twice`, record.index, record.answerIndex);
  }
  for (const user of shown)
    checkShown(facts, record, user, true, standings.get(user) ?? standingOf(facts, record, user));
  const { limit } = record.call.args;
  if (limit !== undefined && userIds.length >= limit) return;
  for (const [user, standing] of standings) {
    if (!shown.has(user)) checkShown(facts, record, user, false, standing);
  }
}
