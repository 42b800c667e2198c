import type { RoomStore } from '../room-store.ts';
import { DynamoAccess } from './access.ts';
import { DynamoAllowlist } from './allowlist.ts';
import { DynamoBroadcasts } from './broadcasts.ts';
import { DynamoConnections } from './connections.ts';
import { DynamoDatedSets } from './dated-sets.ts';
import { DynamoDueList } from './due-list.ts';
import { DynamoEntries } from './entries.ts';
import { DynamoErasures } from './erasures.ts';
import { DynamoLimits } from './limits.ts';
import { DynamoLists } from './lists.ts';
import { DynamoLog } from './log.ts';
import { DynamoLogins } from './logins.ts';
import { DynamoMembers } from './members.ts';
import { DynamoMessages } from './messages.ts';
import { DynamoProfiles } from './profiles.ts';
import { DynamoRooms } from './rooms.ts';
import { Table, type TableOptions } from './table.ts';

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
