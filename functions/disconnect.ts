import { wire } from '../lib/handlers/deps.ts';
import { disconnectHandler } from '../lib/handlers/disconnect.ts';

export const handler = disconnectHandler(wire());
