import type { Answer, JoinedAnswer } from '../../protocol/answers.ts';
import type { Message } from '../../protocol/message.ts';
import type { EntriesPush, SignalPush } from '../../protocol/push-frames.ts';
import type { OperationDeps, Operations } from './operations.ts';

/** A message that the app has, from a push, from a page or by its own send. */
export type Handed = Pick<Message, 'seq' | 'sentAtMs'>;

/** What a feature works with in one room. */
export interface FeatureRoom {
  readonly roomId: string;
  readonly deps: OperationDeps;
  readonly operations: Operations;
  /** The user is a member, or about to be one. */
  isExpected(): boolean;
  /** The server says that the user is not a member. */
  notMember(): void;
  /** The user recalls a message here, so the app needs no event. */
  ownRecallBegins(messageId: string): void;
  ownRecallEnds(messageId: string, isDone: boolean): void;
  /** A call has its outcome, which may say that the user is not a member. */
  settled(answer: Answer): void;
  /** The feature may have nothing left to do. */
  rested(): void;
}

/** What a room calls in each of its features. A feature has calls of its own besides. */
export interface RoomFeature {
  /** The client has to keep the room for it. */
  readonly isKept: boolean;
  /** The user is a member, by a new or a resumed membership. */
  joined?(answer: JoinedAnswer): void;
  handed?(roomEpoch: string, messages: readonly Handed[]): void;
  /** Of the membership's room epoch. A feature ignores what is for another one. */
  pushed?(push: EntriesPush | SignalPush): void;
  /** There is no connection, or no membership: what is known may be out of date. */
  pause?(): void;
  /** The connection is closed for good: the callers that wait get this code. */
  stop?(code: number): void;
  /** The user is not a member any more. */
  forget?(): void;
}

/** Features by name. */
export type RoomFeatures = Readonly<Record<string, RoomFeature>>;

/** Makes the features of each room. */
export type FeatureMakers<Features extends RoomFeatures> = {
  readonly [Name in keyof Features]: (room: FeatureRoom) => Features[Name];
};
