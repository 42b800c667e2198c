import { wire } from '../lib/handlers/deps.ts';
import { readSettings } from '../lib/handlers/deps-environment.ts';
import { secretReader } from '../lib/handlers/deps-secret.ts';
import { serverApiHandler } from '../lib/handlers/server-api.ts';

export const handler = serverApiHandler(wire(), secretReader(), readSettings().tokenLifeSec);
