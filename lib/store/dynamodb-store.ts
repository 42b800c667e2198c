import { DynamoAccess } from './dynamodb-access.ts';
import { DynamoAllowlist } from './dynamodb-allowlist.ts';
import { DynamoBroadcasts } from './dynamodb-broadcasts.ts';
import { DynamoConnections } from './dynamodb-connections.ts';
import { DynamoDatedSets } from './dynamodb-dated-sets.ts';
import { DynamoDueList } from './dynamodb-due-list.ts';
import { DynamoEntries } from './dynamodb-entries.ts';
import { DynamoErasures } from './dynamodb-erasures.ts';
import { DynamoLimits } from './dynamodb-limits.ts';
import { DynamoLists } from './dynamodb-lists.ts';
import { DynamoLog } from './dynamodb-log.ts';
import { DynamoLogins } from './dynamodb-logins.ts';
import { DynamoMembers } from './dynamodb-members.ts';
import { DynamoMessages } from './dynamodb-messages.ts';
import { DynamoProfiles } from './dynamodb-profiles.ts';
import { DynamoRooms } from './dynamodb-rooms.ts';
import { Table, type TableOptions } from './dynamodb-table.ts';
import type { RoomStore } from './room-store.ts';

/** The store over one DynamoDB table with the string keys `pk` and `sk` and TTL on `expiresAtSec`. */
export function createDynamoStore(options: TableOptions): RoomStore {
  const table = new Table(options);
  const dueList = new DynamoDueList(table);
  return {
    ...methodsOf(new DynamoRooms(table)),
    ...methodsOf(new DynamoAllowlist(table)),
    ...methodsOf(new DynamoMessages(table)),
    ...methodsOf(new DynamoMembers(table)),
    ...methodsOf(dueList),
    ...methodsOf(new DynamoConnections(table, dueList, options.connectionLifeMs)),
    ...methodsOf(new DynamoLogins(table)),
    ...methodsOf(new DynamoLog(table)),
    ...methodsOf(new DynamoEntries(table)),
    ...methodsOf(new DynamoAccess(table)),
    ...methodsOf(new DynamoProfiles(table)),
    ...methodsOf(new DynamoLists(table)),
    ...methodsOf(new DynamoDatedSets(table)),
    ...methodsOf(new DynamoLimits(table)),
    ...methodsOf(new DynamoBroadcasts(table)),
    ...methodsOf(new DynamoErasures(table)),
  };
}

/** An object whose own properties are the methods, which a spread takes along. */
function methodsOf<T extends object>(part: T): { readonly [Name in keyof T]: T[Name] } {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(part)))
    .filter(([name]) => name !== 'constructor')
    .map(([name, { value }]) => [name, value.bind(part)]);
  return Object.fromEntries(methods);
}
