/** Bytes of rows and their parts, by DynamoDB's rule, as `npm run cost -- --count` finds them in the table. */
export interface RowSizes {
  /** A room's row with an empty tail and no lease. */
  readonly room: number;
  readonly lease: number;
  /** One message of the tail: its id and its time; and its content, if that is on the room's row. */
  readonly tailEntry: number;
  readonly tailContent: number;
  /** A user's access without sends of the last 32 s, and what each of those adds. */
  readonly access: number;
  readonly accessSend: number;
  readonly member: number;
  /** What a name and a picture add to it, with `memberProfiles`. */
  readonly memberSender: number;
  /** A connected member in the index. */
  readonly listed: number;
  /** A row of the log without its messages, and each of them. */
  readonly log: number;
  readonly logMessage: number;
  /** Of a message in a frame to a client. */
  readonly frameMessage: number;
}

export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));
export const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4096));
export const eventualReadUnits = (bytes: number): number => readUnits(bytes) / 2;
