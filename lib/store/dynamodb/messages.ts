import { type Room, readMessageId, type StoredMessage } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { AcceptanceUnknown } from '../room-store.ts';
import type { Acceptance, Rooms } from '../rooms.ts';
import { roomKey } from './keys.ts';
import { changeRoom, type RoomChange, readLiveRoom } from './room-change.ts';
import { recalledKey, tailContent, tailKey, toRoom } from './room-row.ts';
import { AnswerLost, named, type Table } from './table.ts';

/** An expression is limited to 4 KB; the next message removes the rest from the row. */
const MOST_REMOVED = 60;
const MOST_WINDOWS_REMOVED = 20;

/** The messages on the room's row that are not in the log yet. */
export class DynamoMessages implements Pick<Rooms, 'acceptMessage' | 'recallInTail'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly acceptMessage = async (acceptance: Acceptance): Promise<Room | 'conflict'> => {
    const { roomId, epoch, message } = acceptance;
    // sender A: checked ----------------- accept(version 1)           -> accepted, seq 8
    // sender B: checked ------------------------------- accept        -> accepted, seq 9: no read, so neither waits
    // sender C: checked -- C is blocked: version 2 ----------- accept(version 1) -> refused, C is checked again
    // sender D: 4 of 5 are taken -- A takes the fifth ------ accept   -> refused, D is checked again
    // destroy:  the epoch or the destroyed mark                       -> refused
    // clock behind the last message                                   -> refused: else the eviction time would go back
    // sender E: reads the tail, logs it -- one message is recalled ---- accept -> refused: else the recalled one would
    //           stay in the tail when the others leave it, and the tail would have a gap
    // delivered twice: the id is in the tail, recalled or not         -> refused, then found as accepted
    const change = { ...merged(acceptChange(acceptance), quotaSlotChange(acceptance)), answer: 'report-lost' } as const;
    const done = await changeRoom(this.#table, roomId, epoch, change).catch((error: unknown) => {
      throw error instanceof AnswerLost ? new AcceptanceUnknown(error.message, { cause: error }) : error;
    });
    if (done !== undefined) return done;
    const row = await this.#table.get(roomKey(roomId));
    if (row?.epoch !== epoch) return 'conflict';
    const now = toRoom(row);
    return now.tail.some((one) => readMessageId(one.messageId)?.id === message.id) ? now : 'conflict';
  };

  readonly recallInTail = async (room: RoomId, epoch: string, recalled: StoredMessage): Promise<Room | undefined> => {
    const id = readMessageId(recalled.messageId)?.id;
    if (id === undefined) return undefined;
    // recall: ---------------------- in the tail -> replaced     again -> refused, finds it recalled: done
    // sender: reads the tail, logs the plain one --------------- removes the plain one -> refused, logs again
    // sender: logs and removes the plain one -- recall -> refused: it is in the log now
    const done = await changeRoom(this.#table, room, epoch, {
      set: ['#tail.#recalled = :content', '#tailSeq.#recalled = :seq'],
      remove: ['#tail.#plain', '#tailSeq.#plain'],
      onlyIf: ['#tailSeq.#plain = :seq'],
      names: { ...named('tail', 'tailSeq'), '#plain': id, '#recalled': recalledKey(id) },
      values: { ':content': { ...tailContent(recalled), recalled: true }, ':seq': recalled.seq },
    });
    if (done !== undefined) return done;
    const now = await readLiveRoom(this.#table, room, epoch);
    return now?.tail.some((one) => one.messageId === recalled.messageId) ? now : undefined;
  };
}

function acceptChange({ sendPermissionVersion, message, logged }: Acceptance): RoomChange {
  const { id, ...content } = message;
  const leaving = logged.filter((one) => tailKey(one) !== id).slice(0, MOST_REMOVED);
  const removed = leaving.map(tailKey);
  const plain = leaving.filter((one) => one.recalled !== true).map(tailKey);
  return {
    set: [
      '#tail.#message = :content',
      '#tailSeq.#message = #seq + :one',
      '#seq = #seq + :one',
      '#lastMessageAtMs = :atMs',
    ],
    remove: removed.flatMap((_, index) => [`#tail.#d${index}`, `#tailSeq.#d${index}`]),
    onlyIf: [
      '#lastMessageAtMs <= :atMs',
      'attribute_not_exists(#tailSeq.#message)',
      'attribute_not_exists(#tailSeq.#recalled)',
      ...plain.map((_, index) => `attribute_not_exists(#tailSeq.#r${index})`),
      ...(sendPermissionVersion === undefined ? [] : ['#sendPermissionVersion = :sendPermissionVersion']),
    ],
    names: {
      ...named(
        'tail',
        'tailSeq',
        'seq',
        'lastMessageAtMs',
        ...(sendPermissionVersion === undefined ? [] : ['sendPermissionVersion']),
      ),
      '#message': id,
      '#recalled': recalledKey(id),
      ...Object.fromEntries(removed.map((key, index) => [`#d${index}`, key])),
      ...Object.fromEntries(plain.map((key, index) => [`#r${index}`, recalledKey(key)])),
    },
    values: {
      ':content': content,
      ':one': 1,
      ':atMs': message.sentAtMs,
      ':sendPermissionVersion': sendPermissionVersion,
    },
  };
}

/** Takes a quota slot in the window of the message, and removes past windows. */
function quotaSlotChange({ quotaSlot }: Acceptance): RoomChange {
  if (quotaSlot === undefined) return {};
  const over = quotaSlot.over.slice(0, MOST_WINDOWS_REMOVED);
  return {
    set: ['#taken.#window = if_not_exists(#taken.#window, :zero) + :one'],
    remove: over.map((_, index) => `#taken.#o${index}`),
    onlyIf: ['(attribute_not_exists(#taken.#window) OR #taken.#window < :limit)'],
    names: {
      ...named('taken'),
      '#window': quotaSlot.window,
      ...Object.fromEntries(over.map((window, index) => [`#o${index}`, window])),
    },
    values: { ':zero': 0, ':limit': quotaSlot.limit },
  };
}

const merged = (one: RoomChange, other: RoomChange): RoomChange => ({
  set: [...(one.set ?? []), ...(other.set ?? [])],
  remove: [...(one.remove ?? []), ...(other.remove ?? [])],
  onlyIf: [...(one.onlyIf ?? []), ...(other.onlyIf ?? [])],
  names: { ...one.names, ...other.names },
  values: { ...one.values, ...other.values },
});
