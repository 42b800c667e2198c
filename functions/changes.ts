import { wireChanges } from '../lib/handlers/deps-changes.ts';
import { logged } from '../lib/handlers/log-context.ts';

export const handler = logged(wireChanges());
