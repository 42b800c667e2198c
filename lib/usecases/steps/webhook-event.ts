import type { Member, MemberEndReason } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import { PRESENCE_STATUS, WEBHOOK_STATUS, WEBHOOK_TYPE, type WebhookEvent } from '../../protocol/webhook.ts';
import type { Change } from '../../store/room-store.ts';

const statusOf: Readonly<Record<MemberEndReason, WebhookEvent['status']>> = {
  left: WEBHOOK_STATUS.byCall,
  offline: WEBHOOK_STATUS.evictedAsOffline,
  blocked: WEBHOOK_STATUS.blocked,
};

/** The webhook's event for a change; its id is the same however often the stream repeats the change. */
export function eventOf(change: Change): WebhookEvent | undefined {
  switch (change.kind) {
    case 'broadcast':
    case 'erasure':
      return undefined;
    case 'room-created':
      return ofRoom(change.room, WEBHOOK_TYPE.roomCreated, WEBHOOK_STATUS.byCall, change.room.createdAtMs);
    case 'room-destroyed': {
      const status =
        change.room.destroyedAutomatically === true ? WEBHOOK_STATUS.roomDestroyedItself : WEBHOOK_STATUS.byCall;
      return ofRoom(change.room, WEBHOOK_TYPE.roomDestroyed, status, change.room.destroyedAtMs ?? 0);
    }
    case 'joined':
      return joinedEvent(change.member);
    case 'ended':
      return endedEvent(change.member);
    case 'presence':
      return presenceEvent(change);
  }
}

const ofRoom = (
  room: Room,
  type: WebhookEvent['type'],
  status: WebhookEvent['status'],
  time: number,
): WebhookEvent => ({
  eventId: `${room.epoch}-${type}`,
  chatRoomId: room.roomId,
  userIds: [],
  status,
  type,
  time,
});

const joinedEvent = ({ roomId, userId, membershipId = '', joinedAtMs }: Member): WebhookEvent => ({
  eventId: `${membershipId}-${WEBHOOK_TYPE.joined}`,
  chatRoomId: roomId,
  userIds: [userId],
  status: WEBHOOK_STATUS.byCall,
  type: WEBHOOK_TYPE.joined,
  time: joinedAtMs,
});

const endedEvent = ({ roomId, userId, ended }: Member): WebhookEvent | undefined =>
  ended && {
    eventId: `${ended.membershipId}-${WEBHOOK_TYPE.left}`,
    chatRoomId: roomId,
    userIds: [userId],
    status: statusOf[ended.reason],
    type: WEBHOOK_TYPE.left,
    time: ended.atMs,
  };

const presenceEvent = ({
  userId,
  presence: { state, sinceMs },
}: Extract<Change, { kind: 'presence' }>): WebhookEvent => ({
  eventId: `${userId}-${sinceMs}-${state}`,
  chatRoomId: '',
  userIds: [userId],
  status: PRESENCE_STATUS[state],
  type: WEBHOOK_TYPE.presence,
  time: sinceMs,
});
