import { wire } from '../lib/handlers/deps.ts';
import { readSettings } from '../lib/handlers/deps-environment.ts';
import { wireSecrets } from '../lib/handlers/deps-secret.ts';
import { logged } from '../lib/handlers/log-context.ts';
import { serverApiHandler } from '../lib/handlers/server-api.ts';

const { appKey, tokenLifeSec } = readSettings();
export const handler = logged(serverApiHandler({ depsAt: wire(), secretsAt: wireSecrets(), appKey, tokenLifeSec }));
