import { authorizeHandler } from '../lib/handlers/authorize.ts';
import { readSettings } from '../lib/handlers/deps-environment.ts';
import { wireSecrets } from '../lib/handlers/deps-secret.ts';
import { logged } from '../lib/handlers/log-context.ts';

const { appKey, allowedOrigins: origins } = readSettings();
const allowedOrigins = origins.split(',').filter(Boolean);
export const handler = logged(authorizeHandler({ secretsAt: wireSecrets(), appKey, allowedOrigins }));
