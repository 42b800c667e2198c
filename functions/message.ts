import { wire } from '../lib/handlers/deps.ts';
import { withHook } from '../lib/handlers/deps-hook.ts';
import { logged } from '../lib/handlers/log-context.ts';
import { messageHandler } from '../lib/handlers/message.ts';

export const handler = logged(messageHandler(withHook(wire())));
