import { authorizeHandler } from '../lib/handlers/authorize.ts';
import { secretReader } from '../lib/handlers/deps-secret.ts';

export const handler = authorizeHandler(secretReader());
