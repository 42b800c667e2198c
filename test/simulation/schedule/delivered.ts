/*
 * Models nothing: it says which messages have not come to a connection that was there all the time. Clock and chance: none.
 */

import type { Accepted, HistoryEvent, MemberWritten } from '../../support/checker/history.ts';
import type { Violation } from '../../support/checker/violation.ts';
import { keyOf } from './truth.ts';

/**
 * I-D5: each message comes within this time to each connection that is in the room when the message is accepted, and at the
 * end: by a push, or in the answer to its own join. One that a post finds gone is none of these, nor is the
 * sender's, which repeats the send until it has an answer.
 */
export function undelivered(
  events: readonly HistoryEvent[],
  openSockets: ReadonlySet<string>,
  withinMs: number,
): readonly Violation[] {
  const isLasting = lastingConnections(events, openSockets);
  const got = firstTimes(events);
  const senders = sendersOf(events);
  const rows = new Map<string, MemberWritten>();
  const violations: Violation[] = [];
  events.forEach((event, index) => {
    if (event.kind === 'memberWritten') rows.set(keyOf(event.room, event.user), event);
    if (event.kind === 'memberDeleted') rows.delete(keyOf(event.room, event.user));
    if (event.kind !== 'accepted') return;
    for (const row of rows.values()) {
      if (row.room !== event.room || row.epoch !== event.epoch) continue;
      const sender = senders.get(event.clientMessageId);
      for (const connection of row.connections.filter((one) => one !== sender && isLasting(one, row))) {
        const gotAtMs = got(connection, event);
        if (gotAtMs !== undefined && gotAtMs - event.atMs <= withinMs) continue;
        const when = gotAtMs === undefined ? 'never' : `after ${gotAtMs - event.atMs} ms`;
        const sentence = `${connection} of ${row.user} gets message ${event.seq} of ${event.room} ${when}`;
        violations.push({ invariant: 'I-D5', sentence, events: [index] });
      }
    }
  });
  return violations;
}

/** Whether a connection is in a room by this row, and stays there until the end. */
function lastingConnections(events: readonly HistoryEvent[], openSockets: ReadonlySet<string>) {
  const last = new Map<string, HistoryEvent>();
  const disturbed = new Set<string>();
  for (const event of events) {
    if (event.kind === 'memberWritten' || event.kind === 'memberDeleted') {
      last.set(keyOf(event.room, event.user), event);
    }
    const isEnd = ['socketLost', 'closedByServer', 'disconnectEvent', 'goneAnswer'].includes(event.kind);
    if (isEnd && 'connection' in event) disturbed.add(event.connection);
  }
  return (connection: string, row: MemberWritten): boolean => {
    const end = last.get(keyOf(row.room, row.user));
    if (disturbed.has(connection) || !openSockets.has(connection) || end?.kind !== 'memberWritten') return false;
    return (
      row.membershipId !== undefined && end.membershipId === row.membershipId && end.connections.includes(connection)
    );
  };
}

/** By which connection a client message id was sent. */
const sendersOf = (events: readonly HistoryEvent[]): ReadonlyMap<string | undefined, string> =>
  new Map(
    events.flatMap((event) =>
      event.kind === 'call' && event.op === 'send' && event.by !== 'server-api'
        ? [[event.args.clientMessageId, event.by.connection] as const]
        : [],
    ),
  );

/** When a connection has got a message, by whatever way. */
function firstTimes(events: readonly HistoryEvent[]) {
  const times = new Map<string, number>();
  const note = (connection: string, epoch: string | undefined, seq: number, atMs: number) => {
    const key = `${connection} ${epoch} ${seq}`;
    if (!times.has(key)) times.set(key, atMs);
  };
  const calls = new Map<string, Extract<HistoryEvent, { kind: 'call' }>>();
  for (const event of events) {
    if (event.kind === 'call') calls.set(event.id, event);
    if (event.kind === 'pushed' && event.frame.event === 'messages') {
      for (const { seq } of event.frame.messages) note(event.connection, event.frame.roomEpoch, seq, event.atMs);
    }
    if (event.kind !== 'answer' || event.code !== 0) continue;
    const { by, op } = calls.get(event.id) ?? {};
    if (by === undefined || by === 'server-api') continue;
    const { roomEpoch, seq = 0 } = event.result;
    // Who joins gets what is there by then, or asks for it.
    if (op !== 'join' && op !== 'resume') continue;
    for (let before = 1; before <= seq; before += 1) note(by.connection, roomEpoch, before, event.atMs);
  }
  return (connection: string, { epoch, seq }: Accepted): number | undefined =>
    times.get(`${connection} ${epoch} ${seq}`);
}
