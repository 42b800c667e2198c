import type { Broken } from './checker.ts';
import type { Fact } from './process.ts';
import { isEvicted, isMember, isOnRow } from './rules.ts';
import { at, type Facts, type Position, replaced, userOf, type Watch, type World } from './world.ts';

/** One move: the world before it and after it, and what the move itself has noticed. */
interface Change {
  readonly before: World;
  readonly after: World;
  readonly noticed: readonly Fact[];
}

/** The world with what has happened, and the rule that the move breaks, if any. */
export function observe(change: Change): { readonly world: World; readonly broken?: Broken | undefined } {
  const { after, noticed } = change;
  const own = noticed.find((fact) => fact.kind === 'broken');
  const broken = own ?? firstOf(after, (user) => brokenBy(change, user));
  const facts = after.facts.map((_, user) => factsAfter(change, user));
  const isSame = facts.every((one, user) => one === after.facts[user]);
  const watch = watchAfter(after);
  const world = isSame && watch === after.watch ? after : { ...after, facts: isSame ? after.facts : facts, watch };
  return { world, broken };
}

const firstOf = (world: World, find: (user: number) => Broken | undefined): Broken | undefined => {
  for (const user of world.rows.keys()) {
    const broken = find(user);
    if (broken !== undefined) return broken;
  }
  return undefined;
};

const brokenBy = (change: Change, user: number): Broken | undefined =>
  lostMembership(change, user) ??
  endedAgain(change, user) ??
  wrongEnd(change, user) ??
  wrongEviction(change, user) ??
  wrongReturn(change, user) ??
  blockedMember(change, user);

const rule = (name: string, why: string): Broken => ({ rule: name, why });

const endsOf = ({ noticed }: Change, user: number) =>
  noticed.flatMap((fact) => (fact.kind === 'ended' && fact.user === user ? [fact] : []));

/** I-M10: while the room lives, a membership goes only with an end that is reported, and only once. */
function lostMembership(change: Change, user: number): Broken | undefined {
  const [before, after] = [at(change.before.rows, user), at(change.after.rows, user)];
  const ends = endsOf(change, user);
  const wasOn = isOnRow(before, change.before.room) && isOnRow(before, change.after.room);
  if (
    wasOn &&
    after.membership !== before.membership &&
    !ends.some(({ membership }) => membership === before.membership)
  )
    return rule('I-M10', 'a membership was lost without an end');
  for (const { membership } of ends) {
    if (at(change.before.facts, user).ended.some((end) => end.membership === membership))
      return rule('I-M10', 'a membership has two ends');
    if (before.membership !== membership)
      return rule('I-M10', 'an end of a membership was reported that was not on the row');
  }
  return undefined;
}

/** I-M18: a membership whose end was reported is on no row again. */
function endedAgain({ before, after }: Change, user: number): Broken | undefined {
  const { membership } = at(after.rows, user);
  const isBack = membership !== 0 && at(before.facts, user).ended.some((end) => end.membership === membership);
  return isBack ? rule('I-M18', 'a membership that was reported as ended is on the row again') : undefined;
}

/** I-M1, I-M8, I-M9, I-M11: an end as offline needs the rule, or the real-time service. */
function wrongEnd(change: Change, user: number): Broken | undefined {
  const { before } = change;
  const { evicted, goneSince, allowlisted } = at(before.facts, user);
  for (const { membership, reason } of endsOf(change, user)) {
    if (reason !== 'offline' || evicted.includes(membership) || !isOnRow(at(before.rows, user), before.room)) continue;
    if (goneSince === null) return rule('I-M1', 'a member with a live connection was removed as offline');
    // A resume that overlaps the message may be decided either way: nothing is answered yet.
    if (isOverLimit(before.room.allowlisted[user] ?? before.room, goneSince, before.room.limit)) continue;
    if (allowlisted) return rule('I-M9', 'a member on the allowlist was removed as offline');
    if (!before.realTime) return rule('I-M6', 'a member was removed as offline, and no message had evicted them');
    if (before.now <= goneSince.at) return rule('I-M8', 'the real-time service removed a member within the grace');
  }
  return undefined;
}

const isOverLimit = (position: Position, goneSince: Position, limit: number): boolean =>
  position.seq - goneSince.seq >= limit || (position.seq > goneSince.seq && position.at > goneSince.at);

/** I-M1, I-M2, I-M9: the rule evicts nobody who is there, nor too soon, nor on the allowlist. */
function wrongEviction({ before, after }: Change, user: number): Broken | undefined {
  const row = at(after.rows, user);
  const { evicted, goneSince, allowlisted } = at(before.facts, user);
  if (!isOnRow(row, after.room) || !isEvicted(row, after.room) || evicted.includes(row.membership)) return undefined;
  if (goneSince === null) return rule('I-M1', 'a member with a live connection is evicted');
  if (allowlisted) return rule('I-M9', 'a member on the allowlist is evicted');
  const isByMessage = after.room.seq !== before.room.seq || at(before.rows, user) !== row;
  if (!isByMessage) return rule('ALLOWLIST', 'the delisting itself evicts a member: the next message decides');
  if (isOverLimit(after.room, goneSince, after.room.limit)) return undefined;
  return rule('I-M2', 'a member is evicted too soon: too few messages since the disconnect');
}

/** I-M13: who is evicted is not silently a member again. A resume has yet to read the room after its write. */
function wrongReturn({ before, after, noticed }: Change, user: number): Broken | undefined {
  const [was, now] = [at(before.rows, user), at(after.rows, user)];
  if (!isOnRow(was, before.room) || !isEvicted(was, before.room)) return undefined;
  const isBack = now.membership === was.membership && isMember(now, after.room);
  if (!isBack || noticed.some((fact) => fact.kind === 'resumed' && fact.user === user)) return undefined;
  return rule('I-M13', 'a membership that a message had ended goes on');
}

/** I-B1: after the answer to a block the user is no member. */
function blockedMember({ after }: Change, user: number): Broken | undefined {
  const isBlocked = after.room.life === 'live' && at(after.facts, user).blockedIn === after.room.epoch;
  return isBlocked && isOnRow(at(after.rows, user), after.room)
    ? rule('I-B1', 'a user is blocked and a member')
    : undefined;
}

function factsAfter(change: Change, user: number): Facts {
  const { after } = change;
  const row = at(after.rows, user);
  let facts = at(after.facts, user);
  const ends = endsOf(change, user);
  if (ends.length > 0)
    facts = { ...facts, ended: [...facts.ended, ...ends.map(({ membership, reason }) => ({ membership, reason }))] };
  if (isOnRow(row, after.room) && isEvicted(row, after.room) && !facts.evicted.includes(row.membership))
    facts = { ...facts, evicted: [...facts.evicted, row.membership] };
  const isDelisted = change.before.room.delistedSeq[user] !== after.room.delistedSeq[user];
  if (at(change.before.rows, user) !== row || isDelisted) facts = afterWrite(change, user, facts);
  const goneSince = goneSinceAfter(after, user);
  return isEqual(goneSince, facts.goneSince) ? facts : { ...facts, goneSince };
}

/**
 * A join or a resume that came after the end finds that when it reads the room again. If another write of the row, or a
 * delisting, comes before that, the membership goes on: docs/reliability.md, I-M13.
 */
function afterWrite({ before, after, noticed }: Change, user: number, facts: Facts): Facts {
  const was = at(before.rows, user);
  const resumed = noticed.find((fact) => fact.kind === 'resumed' && fact.user === user);
  const isOver =
    !isOnRow(at(after.rows, user), after.room) || (isOnRow(was, before.room) && isEvicted(was, before.room));
  if (resumed?.kind === 'resumed' && isOver) return { ...facts, late: resumed.connection };
  if (facts.late === null) return facts;
  return { ...facts, late: null, evicted: facts.evicted.filter((membership) => membership !== was.membership) };
}

/** A connection is heard if its socket is up, its frames arrive, and the client was answered that it is in the room. */
function goneSinceAfter(after: World, user: number): Position | null {
  const row = at(after.rows, user);
  const here = { seq: after.room.seq, at: after.now };
  if (!isOnRow(row, after.room)) return here;
  const isHeard = after.sockets.some(
    (socket, connection) =>
      socket.is === 'up' && !socket.silent && userOf(connection) === user && socket.membership === row.membership,
  );
  return isHeard ? null : (at(after.facts, user).goneSince ?? here);
}

const isEqual = (one: Position | null, other: Position | null): boolean =>
  one === null || other === null ? one === other : one.seq === other.seq && one.at === other.at;

function watchAfter({ watch, rows, room }: World): Watch | null {
  if (watch === null) return null;
  const isIn = isMember(at(rows, watch.user), room);
  const next = { ...watch, alwaysIn: watch.alwaysIn && isIn, neverIn: watch.neverIn && !isIn };
  return next.alwaysIn === watch.alwaysIn && next.neverIn === watch.neverIn ? watch : next;
}

/** A Lambda died between the write that resumes a membership and the check after it: docs/reliability.md, I-M13. */
export function forgiveCrash(world: World, user: number): World {
  const row = at(world.rows, user);
  const facts = at(world.facts, user);
  if (!isMember(row, world.room) || !facts.evicted.includes(row.membership)) return world;
  const evicted = facts.evicted.filter((membership) => membership !== row.membership);
  return { ...world, facts: replaced(world.facts, user, { ...facts, evicted }) };
}

/** At rest, where no Lambda has died: the end of a connection has taken it off the member's row, or will find it there. */
export function atRest({ rows, room, links, hasDied }: World): Broken | undefined {
  if (hasDied) return undefined;
  for (const row of rows.filter((one) => isOnRow(one, room))) {
    for (const connection of row.connections) {
      const { is, hasRoom } = at(links, connection);
      if (is === 'closed') return rule('I-L1', 'a closed connection stays on the row of a member');
      if (!hasRoom) return rule('I-L1', 'the end of a connection will not find the member');
    }
  }
  return undefined;
}
