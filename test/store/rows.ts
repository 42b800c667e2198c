import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { emptyMember, type Member } from '../../lib/domain/member.ts';
import {
  newRoom as firstState,
  messageIdAt,
  type Room,
  readMessageId,
  type StoredMessage,
  type TailEntry,
} from '../../lib/domain/room.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import type { Row } from '../../lib/store/dynamodb/table.ts';
import type { Acceptance, Connection, ConnectionKey } from '../../lib/store/room-store.ts';
import { type StoreUnderTest, tableName } from '../support/emulators.ts';

let count = 0;
/** A new name each time, so that tests on one table do not interfere. */
export const fresh = (name: string): string => {
  count += 1;
  return `${name}-${count}`;
};
export const user = (name: string) => name as UserId;
export const connectionId = (name: string) => name as ConnectionId;

export const newRoom = (change: Partial<Room> = {}): Room => ({
  ...firstState(fresh('room') as RoomId, 'a room', 'e1', 1, { destroyType: 'idle', destroyAfterMin: 60 }),
  sendPermissionVersion: 1,
  ...change,
});

export const newMember = (room: RoomId, name: string, change: Partial<Member> = {}): Member => ({
  ...emptyMember(room, user(name), 'e1'),
  membershipId: 'm1',
  joinedAtMs: 5,
  connections: [connectionId('c1')],
  devices: devicesOf(change.connections ?? [connectionId('c1')]),
  ...change,
});

/** A device for each connection. */
export const devicesOf = (connections: readonly ConnectionId[]): Member['devices'] =>
  Object.fromEntries(connections.map((id) => [id, `device of ${id}`]));

export const keyOf = ({ userId, connectionId: id }: ConnectionKey): ConnectionKey => ({ userId, connectionId: id });

export const newConnection = (change: Partial<Connection> = {}): Connection => ({
  connectionId: connectionId(fresh('connection')),
  userId: user('ann'),
  device: 'phone',
  loginId: fresh('run'),
  openedAtMs: 1_800_000_000_000,
  leaseUntilMs: 1_800_000_155_000,
  rooms: [],
  tokenIssuedAtMs: 1_700_000_000_000,
  ...change,
});

/** A message as the store returns it. */
export const message = (seq: number, id = `id-${seq}`): StoredMessage => ({
  seq,
  messageId: messageIdAt(seq, id),
  clientMessageId: `c-${seq}`,
  senderUserId: 'ann',
  type: 'RC:TxtMsg',
  content: `text ${seq}`,
  sentAtMs: 1000 + seq,
});

export const recalled = (one: StoredMessage): StoredMessage => ({
  ...one,
  type: 'RC:RcNtf',
  content: '',
  recalled: true,
});

/** The message as an entry of the tail that has its content. */
export const inTail = (one: StoredMessage): TailEntry => ({
  seq: one.seq,
  id: readMessageId(one.messageId)?.id ?? '',
  sentAtMs: one.sentAtMs,
  message: one,
});

export const acceptance = (room: Room, id: string, change: Partial<Acceptance> = {}): Acceptance => {
  const { seq: _seq, messageId: _messageId, ...content } = message(1);
  return {
    roomId: room.roomId,
    epoch: room.epoch,
    sendPermissionVersion: room.sendPermissionVersion,
    message: { ...content, id, sentAtMs: 1000 },
    isInTail: true,
    lease: { id: `lease of ${id}`, untilMs: 9_000 },
    ...change,
  };
};

/** Writes a row as another writer might have left it. */
export async function putRow(under: StoreUnderTest, row: Row): Promise<void> {
  await under.createClient().send(new PutCommand({ TableName: tableName, Item: row }));
}
