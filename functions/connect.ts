import { connectHandler } from '../lib/handlers/connect.ts';
import { wire } from '../lib/handlers/deps.ts';
import { logged } from '../lib/handlers/log-context.ts';

export const handler = logged(connectHandler(wire()));
