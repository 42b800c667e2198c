import { deliverHandler } from '../lib/handlers/deliver.ts';
import { wire } from '../lib/handlers/deps.ts';
import { ownName } from '../lib/handlers/deps-environment.ts';
import { logged } from '../lib/handlers/log-context.ts';

// It hands over to another run of itself, of the version that is live.
export const handler = logged(deliverHandler(wire(ownName()), Date.now));
