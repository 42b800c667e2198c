import type { EndReason, Member } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { RoomEvent } from '../push/event-queue.ts';
import type { Change } from '../store/room-store.ts';

/** RongCloud's numbers for what happened, and why. */
const TYPE = { created: 0, joined: 1, left: 2, destroyed: 3 } as const;
const STATUS = { byCall: 0, kickedAsOffline: 1, blocked: 2, destroyedByItself: 3 } as const;

const statusOf: Readonly<Record<EndReason, RoomEvent['status']>> = {
  left: STATUS.byCall,
  offline: STATUS.kickedAsOffline,
  blocked: STATUS.blocked,
};

/** The event that the app's server hears of a change; its id is the same however often the change is seen. */
export function eventOf(change: Change): RoomEvent | undefined {
  switch (change.kind) {
    case 'broadcast':
    case 'erasure':
      return undefined;
    case 'room-created':
      return ofRoom(change.room, TYPE.created, STATUS.byCall, change.room.createdAtMs);
    case 'room-destroyed': {
      const status = change.room.destroyedAutomatically === true ? STATUS.destroyedByItself : STATUS.byCall;
      return ofRoom(change.room, TYPE.destroyed, status, change.room.destroyedAtMs ?? 0);
    }
    case 'joined':
      return joinedEvent(change.member);
    case 'ended':
      return endedEvent(change.member);
  }
}

const ofRoom = (room: Room, type: RoomEvent['type'], status: RoomEvent['status'], time: number): RoomEvent => ({
  eventId: `${room.epoch}-${type}`,
  chatRoomId: room.roomId,
  userIds: [],
  status,
  type,
  time,
});

const joinedEvent = ({ roomId, userId, membershipId = '', joinedAtMs }: Member): RoomEvent => ({
  eventId: `${membershipId}-${TYPE.joined}`,
  chatRoomId: roomId,
  userIds: [userId],
  status: STATUS.byCall,
  type: TYPE.joined,
  time: joinedAtMs,
});

const endedEvent = ({ roomId, userId, ended }: Member): RoomEvent | undefined =>
  ended && {
    eventId: `${ended.membershipId}-${TYPE.left}`,
    chatRoomId: roomId,
    userIds: [userId],
    status: statusOf[ended.reason],
    type: TYPE.left,
    time: ended.atMs,
  };
