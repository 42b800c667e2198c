import type { Member, MemberEndReason } from '../domain/member.ts';
import type { Presence } from '../domain/presence.ts';
import type { Room } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Broadcast } from './broadcasts.ts';
import type { Erasure } from './erasures.ts';

/**
 * What a write reports to the table's stream. The next write of the same row reports something else or nothing, so
 * each event is in exactly one record of the stream. The deletion of a member's row reports the end of the membership
 * without an event: as offline if the row has an offline mark, else as left.
 */
export type MemberEvent = 'joined' | MemberEndReason;

/** A record of the stream that reports something. */
export type Change =
  | { readonly kind: 'joined'; readonly member: Member }
  /** `rowIsDeleted`: the deletion of the row ended the membership. `sender`: who the user was, by the row before. */
  | {
      readonly kind: 'ended';
      readonly member: Member;
      readonly sender?: Member['sender'];
      readonly rowIsDeleted: boolean;
    }
  | { readonly kind: 'room-created' | 'room-destroyed'; readonly room: Room }
  | { readonly kind: 'broadcast'; readonly broadcast: Broadcast }
  | { readonly kind: 'erasure'; readonly erasure: Erasure }
  | { readonly kind: 'presence'; readonly userId: UserId; readonly presence: Presence };

/** A lease to deliver that a write has left on a room's row. */
export interface LeaseLeft {
  readonly room: RoomId;
  readonly epoch: string;
  readonly leaseId: string;
  readonly untilMs: number;
}

/** A row in the stream: a map of DynamoDB's typed values. */
export type StreamImage = Readonly<Record<string, unknown>>;

/** The parts of a stream record that are read. */
export interface StreamRecord {
  readonly eventName: string;
  readonly dynamodb: {
    readonly NewImage?: StreamImage;
    readonly OldImage?: StreamImage;
    readonly SequenceNumber: string;
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime: number;
  };
}
