import type { Endpoint } from './endpoint.ts';
import { messageEndpoints } from './messages.ts';
import { roomEndpoints } from './rooms.ts';
import { userEndpoints } from './users.ts';

/** Every call that is served. */
export const endpoints: readonly Endpoint[] = [...userEndpoints, ...roomEndpoints, ...messageEndpoints];
