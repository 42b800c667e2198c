import { changesHandler } from '../lib/handlers/changes.ts';
import { readChange, wire } from '../lib/handlers/deps.ts';
import { wireEvents } from '../lib/handlers/deps-events.ts';

export const handler = changesHandler(wire(), Date.now, wireEvents(), readChange);
