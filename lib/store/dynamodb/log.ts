import { inParallel } from '../../domain/in-parallel.ts';
import { type StoredMessage, textLength } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { type Log, type LogPage, type LogQuery, MARK_EVERY, type RoomLife } from '../log.ts';
import {
  expiry,
  FIRST_MARK,
  LAST_MARK,
  logKey,
  logPartition,
  markBound,
  markKey,
  recalledLogKey,
  seqOfMark,
} from './keys.ts';
import { MOST_IN_ROW, readLogRange } from './log-range.ts';
import { MOST_AT_ONCE, type Table } from './table.ts';

/** An item may have 400 KB, and a character takes up to 3 bytes. */
const MOST_CHARACTERS_IN_ROW = 100_000;
/** The ends of a row with this much text are marked, so that a search reads no large row that it does not need. */
const MARKED_CHARACTERS = 1_000;

type SentMethod = 'putContent' | 'readContents' | 'noteSent' | 'findSent';

/** The rooms' history in DynamoDB: several messages per row; rows of different writers may overlap. */
export class DynamoLog implements Omit<Log, SentMethod> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly appendLog = async (
    room: RoomId,
    epoch: string,
    messages: readonly StoredMessage[],
    expiresAtMs: number,
  ): Promise<void> => {
    const batches = toBatches(messages);
    const puts = [
      ...batches.map((batch) => this.#putRow(room, epoch, batch, expiresAtMs)),
      ...batches.flatMap(marksOf).map((message) => this.#putMark(room, epoch, message, expiresAtMs)),
    ];
    await inParallel(puts, MOST_AT_ONCE, (put) => put());
  };

  readonly readLog = (query: LogQuery): Promise<LogPage> => {
    return readLogRange(this.#table, query);
  };

  readonly markBefore = ({ roomId, epoch }: RoomLife, atMs: number): Promise<number | undefined> => {
    return this.#mark(logPartition(roomId, epoch), FIRST_MARK, markBound(atMs), false);
  };

  readonly markFrom = ({ roomId: room, epoch }: RoomLife, atMs: number): Promise<number | undefined> => {
    return this.#mark(logPartition(room, epoch), markBound(atMs), LAST_MARK, true);
  };

  #putRow(room: RoomId, epoch: string, { messages, firstSeq, lastSeq, recalled }: Batch, expiresAtMs: number) {
    // No condition: the key names the seqs and the form, and a seq has one content in each form. So a repeat writes the
    // same row, and a late write of the plain form leaves the recalled one as it is.
    const key = recalled ? recalledLogKey(room, epoch, lastSeq) : logKey(room, epoch, firstSeq, lastSeq);
    return () => this.#table.put({ Item: { ...key, messages, ...expiry(expiresAtMs) } });
  }

  #putMark(room: RoomId, epoch: string, { seq, sentAtMs }: StoredMessage, expiresAtMs: number) {
    // No condition: a message keeps its time, so its mark is always the same.
    return () => this.#table.put({ Item: { ...markKey(room, epoch, sentAtMs, seq), ...expiry(expiresAtMs) } });
  }

  async #mark(pk: string, from: string, to: string, ScanIndexForward: boolean): Promise<number | undefined> {
    const { rows } = await this.#table.query({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      ScanIndexForward,
      Limit: 1,
    });
    const [row] = rows;
    return row === undefined ? undefined : seqOfMark(String(row.sk));
  }
}

interface Batch {
  readonly messages: StoredMessage[];
  readonly firstSeq: number;
  lastSeq: number;
  characters: number;
  /** A recalled message is alone in its row. */
  readonly recalled: boolean;
}

function toBatches(messages: readonly StoredMessage[]): readonly Batch[] {
  const batches: Batch[] = [];
  for (const message of messages) {
    const { seq, recalled = false } = message;
    const characters = textLength(message);
    const open = batches.at(-1);
    if (open !== undefined && !recalled && hasSpace(open, characters)) {
      open.messages.push(message);
      open.lastSeq = seq;
      open.characters += characters;
    } else {
      batches.push({ messages: [message], firstSeq: seq, lastSeq: seq, characters, recalled });
    }
  }
  return batches;
}

const hasSpace = ({ recalled, messages, characters }: Batch, added: number): boolean =>
  !recalled && messages.length < MOST_IN_ROW && characters + added <= MOST_CHARACTERS_IN_ROW;

/** The ends of a large row, and each MARK_EVERY-th message. */
function marksOf({ messages, firstSeq, lastSeq, characters }: Batch): readonly StoredMessage[] {
  const isLarge = characters >= MARKED_CHARACTERS;
  return messages.filter(({ seq }) => seq % MARK_EVERY === 0 || (isLarge && (seq === firstSeq || seq === lastSeq)));
}
