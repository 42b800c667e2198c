import { deliverHandler } from '../lib/handlers/deliver.ts';
import { wire } from '../lib/handlers/deps.ts';

// It hands over to another run of itself.
export const handler = deliverHandler(wire(process.env.AWS_LAMBDA_FUNCTION_NAME), Date.now);
