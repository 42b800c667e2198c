import type { Endpoint } from './endpoint.ts';
import { entryEndpoints } from './entries.ts';
import { memberEndpoints } from './members.ts';
import { messageTypeEndpoints } from './message-types.ts';
import { messageEndpoints } from './messages.ts';
import { muteEndpoints } from './mutes.ts';
import { realTimeEndpoints } from './real-time.ts';
import { roomHistoryEndpoints } from './room-history.ts';
import { roomEndpoints } from './rooms.ts';
import { slowModeEndpoints } from './slow-mode.ts';
import { userAccountEndpoints } from './user-accounts.ts';
import { userListEndpoints } from './user-lists.ts';
import { userEndpoints } from './users.ts';

/** Every call that is served, by what it is about. */
export const families: Readonly<Record<string, readonly Endpoint[]>> = {
  Rooms: [...roomEndpoints, ...realTimeEndpoints],
  Members: memberEndpoints,
  Mutes: [...muteEndpoints, ...slowModeEndpoints],
  Messages: [...messageEndpoints, ...roomHistoryEndpoints, ...messageTypeEndpoints],
  Attributes: entryEndpoints,
  Users: [...userEndpoints, ...userAccountEndpoints, ...userListEndpoints],
};

export const endpoints: readonly Endpoint[] = Object.values(families).flat();
