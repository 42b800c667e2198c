import { type Room, readMessageId, type StoredMessage } from '../../domain/room.ts';
import { TAIL_ENTRIES_MAX } from '../../domain/sending.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { AcceptanceUnknown } from '../room-store.ts';
import type { Acceptance, Rooms } from '../rooms.ts';
import { roomKey } from './keys.ts';
import { changeRoom, type RoomChange, readLiveRoom } from './room-change.ts';
import { tailContent, toRoom } from './room-row.ts';
import { named, type Table } from './table.ts';
import { AnswerLost } from './write-outcome.ts';

/** An expression is limited to 4 KB; the next message removes the rest from the row. */
const MOST_WINDOWS_REMOVED = 20;

/** The messages on the room's row that are not in the log yet. */
export class DynamoMessages implements Pick<Rooms, 'acceptMessage' | 'recallInTail'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly acceptMessage = async (acceptance: Acceptance): Promise<Room | 'conflict' | 'tail-full'> => {
    const { roomId, epoch, message, isInTail } = acceptance;
    // sender A: checked ----------------- accept(version 1)           -> accepted, seq 8
    // sender B: checked ------------------------------- accept        -> accepted, seq 9: no read, so neither waits
    // sender C: checked -- C is blocked: version 2 ----------- accept(version 1) -> refused, C is checked again
    // sender D: 4 of 5 are taken -- A takes the fifth ------ accept   -> refused, D is checked again
    // destroy:  the epoch or the destroyed mark                       -> refused
    // clock behind the last message: the message gets the time of the one before it when the row is read
    // sender E: reads a short tail ----- others fill it ----- accept  -> refused: a row of its own is to have the message
    // delivered twice: the id is in the tail                          -> refused, then found as accepted
    const change = { ...merged(acceptChange(acceptance), quotaSlotChange(acceptance)), answer: 'report-lost' } as const;
    const done = await changeRoom(this.#table, roomId, epoch, change).catch((error: unknown) => {
      throw error instanceof AnswerLost ? new AcceptanceUnknown(error.message, { cause: error }) : error;
    });
    if (done !== undefined) return done;
    const row = await this.#table.get(roomKey(roomId));
    if (row?.epoch !== epoch) return 'conflict';
    const now = toRoom(row);
    if (now.tail.some(({ id }) => id === message.id)) return now;
    return isInTail && now.tail.length >= TAIL_ENTRIES_MAX ? 'tail-full' : 'conflict';
  };

  readonly recallInTail = async (room: RoomId, epoch: string, recalled: StoredMessage): Promise<Room | undefined> => {
    const id = readMessageId(recalled.messageId)?.id;
    if (id === undefined) return undefined;
    // recall:   -------------------------- in the tail -> replaced     again -> the same
    // delivery: reads the tail, logs the plain one --------- removes it -> refused, logs the recalled one
    // delivery: logs and removes the plain one -- recall -> refused: it is in the log now
    const done = await changeRoom(this.#table, room, epoch, {
      set: ['#tailContents.#id = :content'],
      onlyIf: ['contains(#tail, :id)'],
      names: { ...named('tail', 'tailContents'), '#id': id },
      values: { ':id': id, ':content': { ...tailContent(recalled), recalled: true } },
    });
    if (done !== undefined) return done;
    const now = await readLiveRoom(this.#table, room, epoch);
    return now?.tail.some((one) => one.id === id) ? now : undefined;
  };
}

function acceptChange({ sendPermissionVersion, message, isInTail, lease }: Acceptance): RoomChange {
  const { id, sentAtMs, ...content } = message;
  const isChecked = sendPermissionVersion !== undefined;
  return {
    set: [
      '#tail = list_append(#tail, :ids)',
      '#tailTimes = list_append(#tailTimes, :times)',
      '#seq = #seq + :one',
      '#deliveryId = if_not_exists(#deliveryId, :leaseId)',
      '#deliveryUntilMs = if_not_exists(#deliveryUntilMs, :leaseUntilMs)',
      ...(isInTail ? ['#tailContents.#id = :content'] : []),
    ],
    onlyIf: [
      'NOT contains(#tail, :id)',
      ...(isChecked ? ['#sendPermissionVersion = :sendPermissionVersion'] : []),
      ...(isInTail ? ['size(#tail) < :entriesMax'] : []),
    ],
    names: {
      ...named('tail', 'tailTimes', 'seq', 'deliveryId', 'deliveryUntilMs'),
      ...(isChecked ? named('sendPermissionVersion') : {}),
      ...(isInTail ? { '#id': id, ...named('tailContents') } : {}),
    },
    values: {
      ':id': id,
      ':ids': [id],
      ':times': [sentAtMs],
      ':one': 1,
      ':leaseId': lease.id,
      ':leaseUntilMs': lease.untilMs,
      ':content': isInTail ? content : undefined,
      ':entriesMax': isInTail ? TAIL_ENTRIES_MAX : undefined,
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
