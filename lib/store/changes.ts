import type { Member, MemberEndReason } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { Broadcast } from './broadcasts.ts';
import type { Erasure } from './erasures.ts';

/**
 * What a write says to the table's stream. The next write of the same row says something else or nothing, so each news
 * is in exactly one record of the stream. The deletion of a member's row says, without a word of its own, that his
 * membership has ended: as offline if the row bore an offline mark, else by leaving.
 */
export type MemberEvent = 'joined' | MemberEndReason;

/** A record of the stream that says something. */
export type Change =
  | { readonly kind: 'joined'; readonly member: Member }
  /** `rowIsGone`: the end was the deletion of the row. */
  | { readonly kind: 'ended'; readonly member: Member; readonly rowIsDeleted: boolean }
  | { readonly kind: 'room-created' | 'room-destroyed'; readonly room: Room }
  | { readonly kind: 'broadcast'; readonly broadcast: Broadcast }
  | { readonly kind: 'erasure'; readonly erasure: Erasure };

/** A row as the stream has it: a map of DynamoDB's typed values. */
export type StreamImage = Readonly<Record<string, unknown>>;

/** What is read of a record of the stream. */
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
