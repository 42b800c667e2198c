import type { ConnectionId, RoomId, UserId } from '../../lib/domain/ids.ts';
import { emptyMember, type Member } from '../../lib/domain/member.ts';
import type { Room, StoredMessage } from '../../lib/domain/room.ts';
import type { Acceptance, Connection } from '../../lib/store/room-store.ts';

let count = 0;
/** Never the same twice, so that tests on one table do not meet. */
export const fresh = (name: string): string => {
  count += 1;
  return `${name}-${count}`;
};
export const user = (name: string) => name as UserId;
export const connectionId = (name: string) => name as ConnectionId;

export const newRoom = (change: Partial<Room> = {}): Room => ({
  room: fresh('room') as RoomId,
  name: 'a room',
  epoch: 'e1',
  createdAtMs: 1,
  fence: 1,
  seq: 0,
  lastMessageAtMs: 0,
  protectedSince: {},
  unprotectedSeq: {},
  tail: [],
  ...change,
});

export const newMember = (room: RoomId, name: string, change: Partial<Member> = {}): Member => ({
  ...emptyMember(room, user(name), 'e1'),
  membership: 'm1',
  joinedAtMs: 5,
  connections: [connectionId('c1')],
  ...change,
});

export const newConnection = (change: Partial<Connection> = {}): Connection => ({
  connectionId: connectionId(fresh('connection')),
  userId: user('ann'),
  openedAtMs: 1_800_000_000_000,
  rooms: [],
  tokenExpiresAtMs: 1_900_000_000_000,
  ...change,
});

export const message = (seq: number): StoredMessage => ({
  seq,
  messageId: `id-${seq}`,
  clientMessageId: `c-${seq}`,
  senderUserId: 'ann',
  type: 'RC:TxtMsg',
  content: `text ${seq}`,
  sentAtMs: 1000 + seq,
});

export const acceptance = (room: Room, messageId: string, change: Partial<Acceptance> = {}): Acceptance => {
  const { seq: _, ...content } = message(1);
  return {
    room: room.room,
    epoch: room.epoch,
    fence: room.fence,
    message: { ...content, messageId, sentAtMs: 1000 },
    logged: [],
    ...change,
  };
};
