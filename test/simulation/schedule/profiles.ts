/*
 * Models what the app has said of users in their tokens, and says whether notices and lists of members have it. Clock and
 * chance: none.
 */

import type { Settings } from '../../../lib/domain/settings.ts';
import type { HistoryEvent, HistorySender, MemberWritten } from '../../support/checker/history.ts';
import type { Violation } from '../../support/checker/violation.ts';
import { nameOf } from './senders.ts';
import { keyOf } from './truth.ts';

type Profiles = Pick<Settings, 'memberProfiles'>;

/** The token of a connection; with `memberProfiles` each one has a picture of its own. */
export const senderOf = (userId: string, connection: string, { memberProfiles }: Profiles): HistorySender => ({
  name: nameOf(userId),
  ...(memberProfiles ? { portrait: connection } : {}),
});

/** From this event on a member is listed so; undefined = they are no member. */
interface Shown {
  readonly index: number;
  readonly connection: string | undefined;
}

/**
 * I-N1: a notice of a join has what the token of its connection says, and a notice of an end and a list of members what
 * that of the connection says that joined or resumed last. Without the setting none has anything.
 */
export function wrongProfiles(events: readonly HistoryEvent[], settings: Profiles): readonly Violation[] {
  const members = new Joins();
  const calls = new Map<string, readonly [room: string, from: number]>();
  return events.flatMap((event, index) => {
    if (event.kind === 'memberWritten') members.wrote(event, index);
    if (event.kind === 'memberDeleted') members.deleted(event.room, event.user, index);
    if (event.kind === 'call' && event.op === 'info') calls.set(event.id, [event.room, index]);
    return shownBy(event, index, members, calls)
      .filter(({ sender, user, connections }) => !isExpected(sender, user, connections, settings))
      .map(({ sender, user, connections }) => {
        const sentence = `${user} of ${connections.join(' or ')} is shown as ${JSON.stringify(sender)}`;
        return { invariant: 'I-N1', sentence, events: [index] };
      });
  });
}

/** A user as a client is shown them, and by which connections they may be known then. */
interface Sight {
  readonly user: string;
  readonly sender: HistorySender | undefined;
  readonly connections: readonly (string | undefined)[];
}

function shownBy(
  event: HistoryEvent,
  index: number,
  members: Joins,
  calls: ReadonlyMap<string, readonly [string, number]>,
): readonly Sight[] {
  if (event.kind === 'pushed' && event.frame.event === 'members') {
    return event.frame.changes.map(({ userId: user, change, membership, sender }) => {
      const connection = (change === 'joined' ? members.first : members.last).get(membership);
      return { user, sender, connections: [connection] };
    });
  }
  const [room, from] = (event.kind === 'answer' && event.code === 0 && calls.get(event.id)) || [];
  if (event.kind !== 'answer' || room === undefined || from === undefined) return [];
  return (event.result.members ?? []).map(({ userId: user, sender }) => ({
    ...{ user, sender },
    connections: members.between(room, user, from, index),
  }));
}

const isExpected = (
  sender: HistorySender | undefined,
  user: string,
  connections: Sight['connections'],
  { memberProfiles }: Profiles,
): boolean =>
  memberProfiles ? sender?.name === nameOf(user) && connections.includes(sender.portrait) : sender === undefined;

/** By which connections members have joined and resumed, by what the rows say of connections alone. */
class Joins {
  /** By membership. */
  readonly first = new Map<string, string>();
  readonly last = new Map<string, string>();
  readonly #rows = new Map<string, MemberWritten>();
  readonly #shown = new Map<string, Shown[]>();

  wrote(row: MemberWritten, index: number): void {
    const key = keyOf(row.room, row.user);
    const before = this.#rows.get(key);
    this.#rows.set(key, row);
    const { membershipId, connections } = row;
    if (membershipId === undefined) {
      this.#show(key, index, undefined);
      return;
    }
    const known = before?.membershipId === membershipId ? before.connections : [];
    const newest = connections.at(-1);
    // A join puts its connection at the end; a loss only takes one away.
    if (newest === undefined || connections.length < known.length || newest === known.at(-1)) return;
    if (!this.first.has(membershipId)) this.first.set(membershipId, newest);
    this.last.set(membershipId, newest);
    this.#show(key, index, newest);
  }

  deleted(room: string, user: string, index: number): void {
    this.#rows.delete(keyOf(room, user));
    this.#show(keyOf(room, user), index, undefined);
  }

  /** By which connection the user was known in the room at some moment from one event to another, both included. */
  between(room: string, user: string, from: number, to: number): readonly (string | undefined)[] {
    const all = this.#shown.get(keyOf(room, user)) ?? [];
    const before = all.filter(({ index }) => index <= from).at(-1);
    const during = all.filter(({ index }) => index > from && index <= to);
    return [...(before === undefined ? [] : [before]), ...during].map(({ connection }) => connection);
  }

  #show(key: string, index: number, connection: string | undefined): void {
    const shown = this.#shown.get(key) ?? [];
    shown.push({ index, connection });
    this.#shown.set(key, shown);
  }
}
