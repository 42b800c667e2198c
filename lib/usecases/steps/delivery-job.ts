import type { RoomId } from '../../protocol/ids.ts';
import type { ListedConnection, RoomLife } from '../../store/room-store.ts';

interface RoomJob {
  readonly room: RoomId;
  readonly epoch: string;
}

/** Deliver the room's messages until it is quiet. Only the holder of the lease passes its id on. */
export interface DeliverJob extends RoomJob {
  readonly kind: 'deliver';
  readonly leaseId: string;
  /** The room was found too large for the Lambda that accepts its messages. */
  readonly isCrowded?: true | undefined;
}

/** Post these messages once more to connections whose posts have failed. */
export interface RepostJob extends RoomJob {
  readonly kind: 'repost';
  readonly connections: readonly ListedConnection[];
  readonly afterSeq: number;
  readonly beforeSeq: number;
}

/** End the memberships that the room's messages have evicted. */
export interface EvictJob extends RoomJob {
  readonly kind: 'evict';
  /** Of the list of offline members: '' = from its beginning. */
  readonly cursor: string;
}

/** What the Lambda that delivers is asked to do. */
export type DeliveryJob = DeliverJob | RepostJob | EvictJob;

/** The job to continue the delivery of this lease. */
export const deliverJob = ({ roomId: room, epoch }: RoomLife, leaseId: string): DeliverJob => ({
  kind: 'deliver',
  ...{ room, epoch, leaseId },
});
