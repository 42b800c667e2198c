import { wire } from '../lib/handlers/deps.ts';
import { messageHandler } from '../lib/handlers/message.ts';

export const handler = messageHandler(wire());
