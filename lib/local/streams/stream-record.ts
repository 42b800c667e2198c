import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { account } from '../base/account.ts';
import type { LocalStream } from '../template/local-table.ts';

/** An item or a key in DynamoDB's JSON. */
export type Item = Readonly<Record<string, unknown>>;

/** A change as GetRecords returns it, with both images. */
export interface Change {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Set when TTL deleted the item. */
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

/** A change as a function gets it. */
export interface StreamRecord extends Change {
  readonly eventID: string;
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly dynamodb: Change['dynamodb'] & { readonly SizeBytes: number; readonly StreamViewType: string };
}

/** Whether the write changed the item: DynamoDB writes no record of one that did not. */
export function isChange({ dynamodb: { NewImage, OldImage } }: Change): boolean {
  return NewImage === undefined || OldImage === undefined || !isDeepStrictEqual(NewImage, OldImage);
}

/** The record of a change, with the images of the stream's view type. */
export function toStreamRecord(change: Change, stream: LocalStream): StreamRecord {
  const { Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = change.dynamodb;
  const includes = (image: 'NEW' | 'OLD'): boolean =>
    stream.viewType === 'NEW_AND_OLD_IMAGES' || stream.viewType === `${image}_IMAGE`;
  const data = {
    Keys,
    ...(NewImage !== undefined && includes('NEW') ? { NewImage } : {}),
    ...(OldImage !== undefined && includes('OLD') ? { OldImage } : {}),
  };
  return {
    // The ids of the emulators are unique only within a table.
    eventID: createHash('md5').update(`${stream.arn}/${SequenceNumber}`).digest('hex'),
    eventName: change.eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: account.region,
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
