import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { pseudo } from '../template/resolver.ts';
import type { LocalTable } from '../template/stack-description.ts';

/** An item, or a key, in DynamoDB's JSON. */
export type Item = Readonly<Record<string, unknown>>;

/** A change as GetRecords gives it, with all that is known of it. */
export interface Change {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Who, when it was not a request: the TTL. */
  readonly userIdentity?: unknown;
  readonly dynamodb: {
    readonly Keys: Item;
    readonly NewImage?: Item | undefined;
    readonly OldImage?: Item | undefined;
    readonly SequenceNumber: string;
    /** In seconds. */
    readonly ApproximateCreationDateTime: number;
  };
}

/** A change as Lambda hands it to a function. */
export interface StreamRecord extends Change {
  readonly eventID: string;
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly dynamodb: Change['dynamodb'] & { readonly SizeBytes: number; readonly StreamViewType: string };
}

/** Whether the write did anything: DynamoDB makes no record of one that left the item as it was. */
export function isChange({ dynamodb: { NewImage, OldImage } }: Change): boolean {
  return NewImage === undefined || OldImage === undefined || !isDeepStrictEqual(NewImage, OldImage);
}

/** The record of a change, with the images that the table's stream shows. */
export function toStreamRecord(change: Change, stream: NonNullable<LocalTable['stream']>): StreamRecord {
  const { Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = change.dynamodb;
  const shows = (image: 'NEW' | 'OLD'): boolean =>
    stream.viewType === 'NEW_AND_OLD_IMAGES' || stream.viewType === `${image}_IMAGE`;
  const data = {
    Keys,
    ...(NewImage !== undefined && shows('NEW') ? { NewImage } : {}),
    ...(OldImage !== undefined && shows('OLD') ? { OldImage } : {}),
  };
  return {
    // The emulators' own ids are unique within one table only.
    eventID: createHash('md5').update(`${stream.arn}/${SequenceNumber}`).digest('hex'),
    eventName: change.eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: pseudo.region,
    dynamodb: {
      ApproximateCreationDateTime,
      ...data,
      SequenceNumber,
      SizeBytes: Buffer.byteLength(JSON.stringify(data)),
      StreamViewType: stream.viewType,
    },
    ...(change.userIdentity === undefined ? {} : { userIdentity: change.userIdentity }),
    eventSourceARN: stream.arn,
  };
}
