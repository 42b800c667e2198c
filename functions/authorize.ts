import { authorizeHandler } from '../lib/handlers/authorize.ts';
import { readSettings } from '../lib/handlers/deps-environment.ts';
import { wireSecrets } from '../lib/handlers/deps-secret.ts';

const { appKey, allowedOrigins: origins } = readSettings();
const allowedOrigins = origins.split(',').filter(Boolean);
export const handler = authorizeHandler({ secretsAt: wireSecrets(), appKey, allowedOrigins });
