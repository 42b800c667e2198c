import { countChanges } from './change-metrics.ts';
import { changesHandler } from './changes.ts';
import { readChange, wire } from './deps.ts';
import { wireEvents } from './deps-events.ts';
import { wireCounts } from './deps-metrics.ts';

/** The Lambda on the changes of the table, with their counts as metrics. */
export function wireChanges() {
  const handle = changesHandler(wire(), Date.now, wireEvents(), readChange);
  return countChanges(handle, readChange, wireCounts());
}
