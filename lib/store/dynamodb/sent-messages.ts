import { inParallel } from '../../domain/in-parallel.ts';
import { type NewMessage, readMessageId, type StoredMessage } from '../../domain/room.ts';
import type { Log, MessageContent, RoomLife, SentPosition, SentRecord } from '../log.ts';
import { expiry, sentKey } from './keys.ts';
import { MOST_AT_ONCE, named, type Row, type Table } from './table.ts';

interface SentRow extends Partial<SentPosition> {
  readonly id: string;
  readonly startedAtMs?: number;
  readonly content?: MessageContent;
}

/** Messages by their ids: the content of those on their way into a room, the position of those that have left its tail. */
export class DynamoSentMessages implements Pick<Log, 'putContent' | 'readContents' | 'noteSent' | 'findSent'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly putContent = async (life: RoomLife, message: NewMessage, expiresAtMs: number): Promise<void> => {
    const { id, sentAtMs: startedAtMs, ...content } = message;
    // No condition: only one attempt at a message is under way, and a message that was accepted is not sent again.
    await this.#table.put({ Item: { ...keyOf(life, id), id, startedAtMs, content, ...expiry(expiresAtMs) } });
  };

  readonly readContents = async (
    life: RoomLife,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, MessageContent>> => {
    const rows = (await this.#table.getMany(ids.map((id) => keyOf(life, id)))).map(toSentRow);
    return new Map(rows.flatMap(({ id, content }) => (content === undefined ? [] : [[id, content] as const])));
  };

  readonly noteSent = async (
    life: RoomLife,
    messages: readonly StoredMessage[],
    expiresAtMs: number,
  ): Promise<void> => {
    await inParallel(messages.filter(isByClient), MOST_AT_ONCE, async ({ messageId, seq, sentAtMs }) => {
      const id = readMessageId(messageId)?.id ?? messageId;
      // No condition: a message is accepted once, so its position is always the same. A content stays.
      await this.#table.update({
        Key: keyOf(life, id),
        UpdateExpression:
          'SET #id = :id, #seq = :seq, #messageId = :messageId, #sentAtMs = :sentAtMs, #expiresAtSec = :sec',
        ExpressionAttributeNames: named('id', 'seq', 'messageId', 'sentAtMs', 'expiresAtSec'),
        ExpressionAttributeValues: {
          ':id': id,
          ':seq': seq,
          ':messageId': messageId,
          ':sentAtMs': sentAtMs,
          ':sec': expiry(expiresAtMs).expiresAtSec,
        },
      });
    });
  };

  readonly findSent = async (life: RoomLife, id: string): Promise<SentRecord | undefined> => {
    const row = await this.#table.get(keyOf(life, id));
    if (row === undefined) return undefined;
    const { seq, messageId, sentAtMs, startedAtMs = 0 } = toSentRow(row);
    if (seq === undefined || messageId === undefined || sentAtMs === undefined) return { startedAtMs };
    return { seq, messageId, sentAtMs };
  };
}

const keyOf = ({ roomId, epoch }: RoomLife, id: string) => sentKey(roomId, epoch, id);

const toSentRow = (row: Row): SentRow => row as unknown as SentRow;

/** The server API gives its messages ids of their own, which no caller repeats. */
const isByClient = ({ messageId, clientMessageId }: StoredMessage): boolean =>
  readMessageId(messageId)?.id !== clientMessageId;
