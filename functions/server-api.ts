import { readSettings, wire } from '../lib/handlers/deps.ts';
import { secretReader } from '../lib/handlers/deps-secret.ts';
import { serverApiHandler } from '../lib/handlers/server-api.ts';

export const handler = serverApiHandler(wire(), secretReader(), readSettings().tokenLifeSec);
