import { unmarshall } from '@aws-sdk/util-dynamodb';
import { isRoomId } from '../../protocol/ids.ts';
import type { LeaseLeft, StreamRecord } from '../changes.ts';
import { roomKey } from './keys.ts';

/** The lease to deliver that the write of a record has left on a room's row; undefined = none. */
export function readLease({ dynamodb: { NewImage } }: StreamRecord): LeaseLeft | undefined {
  if (NewImage?.deliveryId === undefined) return undefined;
  // Only these attributes: the row also has contents of messages.
  const { pk, roomId, epoch, deliveryId, deliveryUntilMs } = NewImage;
  const image = { pk, roomId, epoch, deliveryId, deliveryUntilMs } as unknown as Parameters<typeof unmarshall>[0];
  const row = unmarshall(image);
  if (!isRoomId(row.roomId) || row.pk !== roomKey(row.roomId).pk || !Number.isFinite(row.deliveryUntilMs))
    return undefined;
  return { room: row.roomId, epoch: String(row.epoch), leaseId: String(row.deliveryId), untilMs: row.deliveryUntilMs };
}
