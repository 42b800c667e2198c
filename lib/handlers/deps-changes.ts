import { countChanges } from './change-metrics.ts';
import { changesHandler } from './changes.ts';
import { readChange, wire } from './deps.ts';
import { required } from './deps-environment.ts';
import { wireEvents } from './deps-events.ts';
import { writeLine } from './deps-metrics.ts';
import { countsTo } from './metrics.ts';

/** The Lambda on the changes of the table, with their counts as metrics. */
export function wireChanges() {
  const handle = changesHandler(wire(), Date.now, wireEvents(), readChange);
  return countChanges(handle, readChange, countsTo(writeLine, Date.now, required('DEPLOYMENT')));
}
