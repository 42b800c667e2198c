import { wire } from '../lib/handlers/deps.ts';
import { disconnectHandler } from '../lib/handlers/disconnect.ts';
import { logged } from '../lib/handlers/log-context.ts';

export const handler = logged(disconnectHandler(wire()));
