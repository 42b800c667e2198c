import { connectHandler } from '../lib/handlers/connect.ts';
import { wire } from '../lib/handlers/deps.ts';

export const handler = connectHandler(wire());
