import { callDynamodb } from '../../lib/local/dynamodb/emulator.ts';
import type { Sink } from './sink-handle.ts';

/** What all contenders share. */
export interface Site {
  readonly sink: Sink;
  readonly dynamodbEndpoint: string;
  /** For bundles; removed at the end. */
  readonly folder: string;
  /** The bundle of `lambda-host.ts`. */
  readonly hostFile: string;
}

/** The members of the room. */
export interface RoomSize {
  readonly online: number;
  readonly offline: number;
}

/** What a member writes; `sender` counts from 0. */
export interface SentMessage {
  readonly sender: number;
  readonly text: string;
}

/** A contender whose tables are filled: what its process runs. */
export interface Deployed {
  /** Bundles by the name of the function; their handlers are named `handler`. */
  readonly functions: Readonly<Record<string, string>>;
  /** The function that gets the frames of clients. */
  readonly receiver: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The event of API Gateway. */
  eventOf(message: SentMessage): object;
  /** Reads the answer; a message that was refused is not waited for. */
  isAccepted(answer: unknown): boolean;
}

/** One way to build chat on API Gateway, Lambda and DynamoDB. */
export interface Contender {
  /** Names it on the command line and in the JSON. */
  readonly key: string;
  readonly title: string;
  /** Knows who is offline; else it is left out where the room has offline members. */
  readonly keepsOffline: boolean;
  /** Posts of one message carry the next ones too, so only a full second shows what it takes in a busy room. */
  readonly sharesPosts: boolean;
  /** Creates and fills its tables. */
  deploy(site: Site, size: RoomSize): Promise<Deployed>;
}

/** As long as the ids of a deployment: units go by size. */
export const connectionOf = (member: number): string => `L0SM9${digitsOf(member)}w=`;
export const userOf = (member: number): string => `user-${digitsOf(member)}`;
export const digitsOf = (member: number): string => `${member}`.padStart(8, '0');
export const ROOM = 'room-99999999';
/** How many of the members write. */
export const SENDERS = 10;

let lastTable = 0;

/** A contender fills a table of its own for each room. */
export function newTableName(key: string): string {
  lastTable += 1;
  return `${key}-${lastTable}`;
}

const BATCH = 25;

/** Puts items in DynamoDB's JSON. */
export async function putItems(endpoint: string, tableName: string, items: readonly object[]): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) {
    const puts = items.slice(from, from + BATCH).map((Item) => ({ PutRequest: { Item } }));
    await callDynamodb(endpoint, 'BatchWriteItem', { RequestItems: { [tableName]: puts } });
  }
}
