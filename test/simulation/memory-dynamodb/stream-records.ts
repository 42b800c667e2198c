import { type Image, toBase64, toImage } from './typed-values.ts';
import type { MapValue } from './values.ts';

/** A record of the table's stream, as Lambda hands it over. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Image;
    readonly NewImage?: Image;
    readonly OldImage?: Image;
    /** Longer ones come later; of the same length they sort as texts. */
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES';
  };
  /** The deletions by TTL have it. */
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: 'dynamodb.amazonaws.com' };
}

/** A write that has changed a row. */
export interface RowChange {
  readonly pk: string;
  readonly sk: string;
  readonly before: MapValue | undefined;
  readonly after: MapValue | undefined;
  readonly bytes: number;
  readonly sequence: number;
  readonly atMs: number;
  readonly isByTtl: boolean;
}

const SEQUENCE_DIGITS = 21;

export function toStreamRecord(change: RowChange): StreamRecord {
  const { pk, sk, before, after } = change;
  const SequenceNumber = `1${String(change.sequence).padStart(SEQUENCE_DIGITS - 1, '0')}`;
  return {
    eventID: SequenceNumber,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(change.atMs / 1000),
      Keys: { pk: { S: pk }, sk: { S: sk } },
      ...(after === undefined ? {} : { NewImage: toImage(after, toBase64) }),
      ...(before === undefined ? {} : { OldImage: toImage(before, toBase64) }),
      SequenceNumber,
      SizeBytes: change.bytes,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    ...(change.isByTtl ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
  };
}
