import { DynamoConnections } from './dynamodb-connections.ts';
import { DynamoLog } from './dynamodb-log.ts';
import { DynamoMembers } from './dynamodb-members.ts';
import { DynamoRooms } from './dynamodb-rooms.ts';
import { Table, type TableOptions } from './dynamodb-table.ts';
import type { RoomStore } from './room-store.ts';

/** The store over one DynamoDB table with the string keys `pk` and `sk` and TTL on `expiresAtSec`. */
export function createDynamoStore(options: TableOptions): RoomStore {
  const table = new Table(options);
  const rooms = new DynamoRooms(table);
  const members = new DynamoMembers(table);
  const connections = new DynamoConnections(table, options.connectionLifeMs);
  const log = new DynamoLog(table);
  return {
    getRoom: (room) => rooms.getRoom(room),
    createRoom: (room) => rooms.createRoom(room),
    acceptMessage: (acceptance) => rooms.acceptMessage(acceptance),
    protect: (room, epoch, user, limit) => rooms.protect(room, epoch, user, limit),
    unprotect: (room, epoch, user) => rooms.unprotect(room, epoch, user),
    raiseFence: (room, epoch) => rooms.raiseFence(room, epoch),
    destroyRoom: (room, epoch, nowMs) => rooms.destroyRoom(room, epoch, nowMs),
    removeRoom: (room, epoch) => rooms.removeRoom(room, epoch),
    getMember: (room, user) => members.getMember(room, user),
    getMembers: (room, users) => members.getMembers(room, users),
    putMember: (next, revision) => members.putMember(next, revision),
    deleteMember: (member) => members.deleteMember(member),
    markLastConnection: (room, user, connection, mark) => members.markLastConnection(room, user, connection, mark),
    listMembers: (room, cursor) => members.listMembers(room, cursor),
    openConnection: (connection) => connections.openConnection(connection),
    getConnection: (connection) => connections.getConnection(connection),
    addConnectionRoom: (connection, room) => connections.addConnectionRoom(connection, room),
    removeConnectionRoom: (connection, room) => connections.removeConnectionRoom(connection, room),
    closeConnection: (connection, nowMs) => connections.closeConnection(connection, nowMs),
    settleConnection: (connection) => connections.settleConnection(connection),
    clearDue: (due) => connections.clearDue(due),
    appendLog: (room, epoch, messages, expiresAtMs) => log.appendLog(room, epoch, messages, expiresAtMs),
    readLog: (query) => log.readLog(query),
    dueConnections: (nowMs, limit) => connections.dueConnections(nowMs, limit),
  };
}
