import type { Member, MemberEndReason } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { WebhookEvent } from '../protocol/webhook.ts';
import type { Change } from '../store/room-store.ts';

/** RongCloud's numbers for what happened, and why. */
const TYPE = { created: 0, joined: 1, left: 2, destroyed: 3 } as const;
const STATUS = { byCall: 0, kickedAsOffline: 1, blocked: 2, destroyedByItself: 3 } as const;

const statusOf: Readonly<Record<MemberEndReason, WebhookEvent['status']>> = {
  left: STATUS.byCall,
  offline: STATUS.kickedAsOffline,
  blocked: STATUS.blocked,
};

/** The event that the app's server hears of a change; its id is the same however often the change is seen. */
export function eventOf(change: Change): WebhookEvent | undefined {
  switch (change.kind) {
    case 'broadcast':
    case 'erasure':
      return undefined;
    case 'room-created':
      return ofRoom(change.room, TYPE.created, STATUS.byCall, change.room.createdAtMs);
    case 'room-destroyed': {
      const status = change.room.destroyedByItself === true ? STATUS.destroyedByItself : STATUS.byCall;
      return ofRoom(change.room, TYPE.destroyed, status, change.room.destroyedAtMs ?? 0);
    }
    case 'joined':
      return joinedEvent(change.member);
    case 'ended':
      return endedEvent(change.member);
  }
}

const ofRoom = (
  room: Room,
  type: WebhookEvent['type'],
  status: WebhookEvent['status'],
  time: number,
): WebhookEvent => ({
  eventId: `${room.epoch}-${type}`,
  chatRoomId: room.room,
  userIds: [],
  status,
  type,
  time,
});

const joinedEvent = ({ room, userId, membership = '', joinedAtMs }: Member): WebhookEvent => ({
  eventId: `${membership}-${TYPE.joined}`,
  chatRoomId: room,
  userIds: [userId],
  status: STATUS.byCall,
  type: TYPE.joined,
  time: joinedAtMs,
});

const endedEvent = ({ room, userId, ended }: Member): WebhookEvent | undefined =>
  ended && {
    eventId: `${ended.membership}-${TYPE.left}`,
    chatRoomId: room,
    userIds: [userId],
    status: statusOf[ended.reason],
    type: TYPE.left,
    time: ended.atMs,
  };
