/*
 * Models nothing: it says whether two clients of one platform are served at once. Clock and chance: none.
 */

import type { HistoryEvent } from '../../support/checker/history.ts';
import type { Violation } from '../../support/checker/violation.ts';

/**
 * I-M19: where a second login is refused, what a client asks after another one of its user's platform has connected is
 * not served, until it connects again itself.
 */
export function doublyServed(events: readonly HistoryEvent[]): readonly Violation[] {
  const devices = new Map<string, string>();
  /** The latest connection of each device, and where it opened. */
  const latest = new Map<string, readonly [string, number]>();
  const late = new Map<string, number>();
  return events.flatMap((event, index) => {
    if (event.kind === 'opened') {
      const device = `${event.user} ${event.device}`;
      devices.set(event.connection, device);
      latest.set(device, [event.connection, index]);
    }
    if (event.kind === 'call' && event.by !== 'server-api') {
      const { connection } = event.by;
      const [other = connection, at = 0] = latest.get(devices.get(connection) ?? '') ?? [];
      if (clientOf(other) !== clientOf(connection)) late.set(event.id, at);
    }
    const from = event.kind === 'answer' && event.code === 0 ? late.get(event.id) : undefined;
    if (from === undefined) return [];
    return [{ invariant: 'I-M19', sentence: 'served after another client has connected', events: [from, index] }];
  });
}

/** What the connections of one client have in common. */
const clientOf = (connection: string): string => connection.split('-').slice(0, 2).join('-');
