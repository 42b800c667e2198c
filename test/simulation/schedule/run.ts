/*
 * Models nothing: what the checks of a run share. Clock and chance: none.
 */

import type { Settings } from '../../../lib/domain/settings.ts';
import type { HistoryEvent } from '../../support/checker/history.ts';
import type { History } from './history.ts';

/** A run that is over. */
export interface Run {
  readonly history: History;
  readonly settings: Settings;
  /** Sockets that API Gateway has open at the end. */
  readonly openSockets: ReadonlySet<string>;
  /** Whether the app has a hook. */
  readonly isHooked: boolean;
  /** Each message is delivered within this time, ms; undefined = so much fails that nothing is promised. */
  readonly deliveredWithinMs?: number | undefined;
}

export type Report = (invariant: string, sentence: string, ...events: readonly number[]) => void;
export type EventOf<K extends HistoryEvent['kind']> = Extract<HistoryEvent, { kind: K }>;

/** A Lambda that stands still may post as late as its timeout. */
export const LAMBDA_MS = 30_000;
