import type { Change } from '../../lib/local/streams/stream-record.ts';
import type { WebhookEvent } from '../../lib/protocol/webhook.ts';
import { History } from '../simulation/schedule/history.ts';
import type { RuleLimits } from '../simulation/schedule/truth.ts';
import type { Frame, HistoryEvent } from '../support/checker/history.ts';
import type { TableRecord } from '../support/stream.ts';
import { FAULTS, type FaultKind } from './fault-kinds.ts';
import type { PostObserver } from './posts.ts';

/**
 * What happens in one part of the run, for the checker. Each part has users and rooms of its own, whose names begin with its
 * prefix, so that a history stays short enough to be checked and needs nothing of what was before it.
 */
export class Records implements PostObserver {
  readonly history: History;
  readonly prefix: string;
  /** Connections that were opened and not reported as lost. */
  readonly #open = new Set<string>();

  constructor(part: number, now: () => number, limits: RuleLimits) {
    let lastMs = 0;
    const monotonic = () => {
      lastMs = Math.max(lastMs, now());
      return lastMs;
    };
    this.history = new History(monotonic, limits);
    this.prefix = `p${part}-`;
  }

  get events(): readonly HistoryEvent[] {
    return this.history.events;
  }

  fault(kind: FaultKind): void {
    this.history.note({ kind: 'fault', what: FAULTS[kind] });
  }

  opened(user: string, device: string, connection: string, login: string): void {
    if (!user.startsWith(this.prefix)) return;
    this.#open.add(connection);
    this.history.note({ kind: 'opened', user, device, connection, login });
  }

  /** The client's end is gone or deaf. */
  lost(connection: string | undefined): void {
    if (connection !== undefined && this.#open.delete(connection)) this.#of('socketLost', connection);
  }

  heard(connection: string): void {
    this.#of('heard', connection);
  }

  disconnected(connection: string): void {
    this.#of('disconnectEvent', connection);
  }

  posted(connection: string, body: string): void {
    const frame = JSON.parse(body) as Frame;
    if (!('room' in frame) || frame.room.startsWith(this.prefix)) this.history.pushed(connection, frame, false);
  }

  gone(connection: string): void {
    this.#of('goneAnswer', connection);
  }

  closed(connection: string): void {
    this.#of('closedByServer', connection);
  }

  wrote(change: Change): void {
    const pk = (change.dynamodb.Keys as { readonly pk?: { readonly S: string } }).pk?.S ?? '';
    if (pk.startsWith(`ROOM#${this.prefix}`)) this.history.wrote(change as unknown as TableRecord);
  }

  webhook(events: readonly WebhookEvent[]): void {
    this.history.webhook(events.filter(({ chatRoomId }) => chatRoomId.startsWith(this.prefix)));
  }

  #of(kind: 'socketLost' | 'heard' | 'disconnectEvent' | 'goneAnswer' | 'closedByServer', connection: string): void {
    this.history.ofConnection(kind, connection);
  }
}
