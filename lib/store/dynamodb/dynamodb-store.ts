import type { RoomStore } from '../room-store.ts';
import { DynamoAccess } from './access.ts';
import { DynamoAllowlist } from './allowlist.ts';
import { DynamoAudience } from './audience.ts';
import { DynamoBroadcasts } from './broadcasts.ts';
import { DynamoConnections } from './connections.ts';
import { DynamoDatedSets } from './dated-sets.ts';
import { DynamoDeliveries } from './deliveries.ts';
import { DynamoDueList } from './due-list.ts';
import { DynamoEntries } from './entries.ts';
import { DynamoErasures } from './erasures.ts';
import { DynamoLimits } from './limits.ts';
import { DynamoLists } from './lists.ts';
import { DynamoLog } from './log.ts';
import { DynamoLogins } from './logins.ts';
import { DynamoMembers } from './members.ts';
import { DynamoMessages } from './messages.ts';
import { DynamoPresences } from './presences.ts';
import { DynamoProfiles } from './profiles.ts';
import { DynamoRooms } from './rooms.ts';
import { DynamoSentMessages } from './sent-messages.ts';
import { Table, type TableOptions } from './table.ts';

/**
 * The store over one DynamoDB table with the string keys `pk` and `sk` and TTL on `expiresAtSec`. Each part keeps its
 * methods as fields, so that a spread copies them and tsc reports one that is missing.
 */
export function createDynamoStore(options: TableOptions): RoomStore {
  const table = new Table(options);
  const dueList = new DynamoDueList(table, options.dueShards);
  return {
    ...new DynamoRooms(table),
    ...new DynamoAllowlist(table),
    ...new DynamoMessages(table),
    ...new DynamoDeliveries(table),
    ...new DynamoAudience(table),
    ...new DynamoMembers(table),
    ...dueList,
    ...new DynamoConnections(table, dueList, options.connectionLifeMs),
    ...new DynamoLogins(table),
    ...new DynamoPresences(table),
    ...new DynamoLog(table),
    ...new DynamoSentMessages(table),
    ...new DynamoEntries(table),
    ...new DynamoAccess(table),
    ...new DynamoProfiles(table),
    ...new DynamoLists(table),
    ...new DynamoDatedSets(table),
    ...new DynamoLimits(table),
    ...new DynamoBroadcasts(table),
    ...new DynamoErasures(table),
  };
}
