import { type Facts, surelyEvictedBy } from './facts.ts';
import { isOpenAt } from './sockets.ts';
import type { Life, Membership, Version } from './timeline.ts';

/** What happened a moment ago may still be in progress. */
const RECENT_MS = 300_000;

/** I-L1: what is left when everything has come to rest. */
export function checkSettled(facts: Facts): void {
  const index = facts.history.findLastIndex(({ kind }) => kind === 'settled');
  const settled = facts.history[index];
  if (settled === undefined) return;
  const at = { index, atMs: settled.atMs };
  for (const life of facts.timeline.lives()) {
    for (const [user, rows] of life.rows) {
      const version = rows.findLast((row) => row.index < index);
      if (version?.current === undefined) continue;
      if (life.destroyed !== undefined) checkOrphan(facts, life, version, at);
      else checkRow(facts, life, user, version, at);
    }
  }
  if (facts.options.seesWebhook) checkWebhook(facts, at);
}

interface Settled {
  readonly index: number;
  readonly atMs: number;
}

function checkOrphan({ report, timeline }: Facts, { room, destroyed }: Life, version: Version, at: Settled): void {
  if (destroyed === undefined || destroyed.index > at.index || at.atMs - destroyed.atMs < RECENT_MS) return;
  // A user has one row in a room: one of a later life has replaced it.
  const isReplaced = timeline.versions.some(
    ({ index, event }) => index > version.index && event.room === room && event.user === version.event.user,
  );
  if (isReplaced) return;
  const sentence = `${room} has ended and ${version.event.user} still has a row`;
  report('I-L1', sentence, destroyed.index, version.index, at.index);
}

function checkRow(facts: Facts, life: Life, user: string, version: Version, at: Settled): void {
  const { event } = version;
  if (event.kind !== 'memberWritten') return;
  const name = `${user} in ${life.room}`;
  if (event.offline !== undefined) {
    const evicting = surelyEvictedBy(facts, life, user, event.offline, at);
    if (evicting !== undefined && at.atMs - evicting.atMs >= RECENT_MS) {
      facts.report('I-L1', `${name} is evicted and still has a row`, version.index, evicting.index, at.index);
      return;
    }
  }
  if (at.atMs - version.atMs < RECENT_MS) return;
  const isOnline = event.connections.length > 0;
  if (isOnline === (event.offline !== undefined)) {
    const sentence = `${name} has ${event.connections.length} connections and ${isOnline ? 'a' : 'no'} mark`;
    facts.report('I-L1', sentence, version.index, at.index);
    return;
  }
  for (const connection of event.connections) {
    const socket = facts.timeline.sockets.get(connection);
    if (socket === undefined || isOpenAt(socket, at.index)) continue;
    if (at.atMs - (socket.over?.atMs ?? at.atMs) < RECENT_MS) continue;
    const sentence = `${name} has the connection ${connection}, which is gone`;
    facts.report('I-L1', sentence, version.index, socket.over?.index ?? Infinity, at.index);
    return;
  }
}

/** Of a room that was destroyed no single ends are reported. */
function checkWebhook({ history, timeline, report }: Facts, at: Settled): void {
  const got = new Set<string>();
  for (const event of history) {
    if (event.kind !== 'webhook') continue;
    if (event.what === 'joined' || event.what === 'left') {
      got.add(`${event.what}\n${event.membership ?? `${event.room}\n${event.user}`}`);
    }
  }
  const isMissing = (what: string, { id, life, user }: Membership) =>
    !got.has(`${what}\n${id}`) && !got.has(`${what}\n${life.room}\n${user}`);
  for (const membership of timeline.memberships.values()) {
    const { start, end, life, id, user } = membership;
    const isReported = life.destroyed === undefined;
    if (at.index > start.index && at.atMs - start.atMs >= RECENT_MS && isReported && isMissing('joined', membership)) {
      report('I-L1', `the webhook did not get the join of ${user} as ${id}`, start.index, at.index);
    }
    if (end === undefined || end.index > at.index || at.atMs - end.atMs < RECENT_MS || !isReported) continue;
    if (isMissing('left', membership)) {
      report('I-L1', `the webhook did not get the end of ${user} as ${id}`, end.index, at.index);
    }
  }
}
