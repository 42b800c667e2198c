import { authorizeHandler } from '../lib/handlers/authorize.ts';
import { readSettings } from '../lib/handlers/deps-environment.ts';
import { secretReader } from '../lib/handlers/deps-secret.ts';

const origins = readSettings().allowedOrigins.split(',').filter(Boolean);
export const handler = authorizeHandler(secretReader(), origins);
