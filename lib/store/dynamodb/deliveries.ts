import type { DeliveryLease, Room, TailEntry } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { type DeliveryProgress, LOGGED_MAX, type Rooms } from '../rooms.ts';
import { changeRoom, type RoomChange } from './room-change.ts';
import { named, type Table } from './table.ts';

/** The lease and the progress of delivery on the room's row. */
export class DynamoDeliveries implements Pick<Rooms, 'takeOverDelivery' | 'advanceDelivery'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly takeOverDelivery = (
    room: RoomId,
    epoch: string,
    formerId: string,
    next: DeliveryLease,
  ): Promise<Room | undefined> => {
    // A: take over from X -> A     again, after a lost answer -> refused, finds its own id: done
    // B: ------------------------- take over from X -> refused: one of them delivers
    return changeRoom(this.#table, room, epoch, {
      set: ['#deliveryId = :id', '#deliveryUntilMs = :untilMs'],
      onlyIf: ['#deliveryId = :formerId'],
      names: named('deliveryId', 'deliveryUntilMs'),
      values: { ':id': next.id, ':untilMs': next.untilMs, ':formerId': formerId },
      isMade: ({ delivery }) => delivery.lease?.id === next.id,
    });
  };

  readonly advanceDelivery = (progress: DeliveryProgress): Promise<Room | undefined> => {
    const { roomId, epoch, leaseId, deliveredSeq, deliveredAtMs, crowdedUntilMs, next } = progress;
    const isEnding = next === undefined;
    // holder: posts up to 8, ends the lease ---------------- -> refused: 9 would wait for nobody
    // sender: ----------------------------- accepts 9, finds the lease taken
    // holder: stops for longer than its lease ------------- advances -> refused: B holds it, and posts again
    // B:      -------------------------------- takes it over
    // holder: ends the lease, answer lost -- again -> refused, finds no lease of its own: it ended, or B took it over
    const change: RoomChange = {
      set: [
        '#deliveredSeq = :deliveredSeq',
        '#deliveredAtMs = :deliveredAtMs',
        '#crowdedUntilMs = :crowdedUntilMs',
        ...(isEnding ? [] : ['#deliveryId = :nextId', '#deliveryUntilMs = :nextUntilMs']),
      ],
      remove: isEnding ? ['#deliveryId', '#deliveryUntilMs'] : [],
      onlyIf: ['#deliveryId = :leaseId', ...(isEnding ? ['#seq = :deliveredSeq'] : [])],
      names: named(
        ...['deliveredSeq', 'deliveredAtMs', 'crowdedUntilMs', 'deliveryId', 'deliveryUntilMs'],
        ...(isEnding ? ['seq'] : []),
      ),
      values: {
        ':leaseId': leaseId,
        ':deliveredSeq': deliveredSeq,
        ':deliveredAtMs': deliveredAtMs,
        ':crowdedUntilMs': crowdedUntilMs,
        ':nextId': next?.id,
        ':nextUntilMs': next?.untilMs,
      },
      isMade: ({ delivery }) => !isEnding && delivery.lease?.id === next.id && delivery.deliveredSeq === deliveredSeq,
    };
    // An expression is limited to 4 KB; the next write removes the rest from the row.
    return changeRoom(this.#table, roomId, epoch, withoutLogged(change, progress.logged.slice(0, LOGGED_MAX)));
  };
}

/** The same change, which also removes the oldest of the tail: only if they are the oldest, and as they were logged. */
function withoutLogged(change: RoomChange, logged: readonly TailEntry[]): RoomChange {
  const [first] = logged;
  const last = logged.at(-1);
  if (first === undefined || last === undefined) return change;
  const stored = logged.map(({ id, message }, index) => ({ id, index, isRecalled: message?.recalled === true }));
  const plain = stored.filter(({ isRecalled }) => !isRecalled);
  return {
    ...change,
    set: [...(change.set ?? []), '#lastMessageAtMs = :lastMessageAtMs'],
    remove: [
      ...(change.remove ?? []),
      // From the last to the first: an emulator removes one after another, and each moves those behind it.
      ...stored.toReversed().flatMap(({ index }) => [`#tail[${index}]`, `#tailTimes[${index}]`]),
      ...stored.map(({ index }) => `#tailContents.#d${index}`),
    ],
    onlyIf: [
      ...(change.onlyIf ?? []),
      '#tail[0] = :first',
      ...plain.map(({ index }) => `attribute_not_exists(#tailContents.#d${index}.#recalled)`),
    ],
    names: {
      ...change.names,
      ...named('lastMessageAtMs', 'tail', 'tailTimes', 'tailContents', ...(plain.length > 0 ? ['recalled'] : [])),
      ...Object.fromEntries(stored.map(({ id, index }) => [`#d${index}`, id])),
    },
    values: { ...change.values, ':lastMessageAtMs': last.sentAtMs, ':first': first.id },
  };
}
