import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { RoomId, UserId } from '../domain/ids.ts';
import { isLive, type Room, type StoredMessage } from '../domain/room.ts';
import { AnswerLost, ConditionFailed, type Row, type Table } from './dynamodb-table.ts';
import { roomKey } from './keys.ts';
import { type Acceptance, AcceptanceUnknown, type RoomStore } from './room-store.ts';

type Rooms = Pick<
  RoomStore,
  'getRoom' | 'createRoom' | 'acceptMessage' | 'protect' | 'unprotect' | 'raiseFence' | 'destroyRoom' | 'removeRoom'
>;

/** The room as one row. Maps, not lists: then each write touches its own entries without having read the others. */
interface RoomRow extends Omit<Room, 'tail' | 'protectedSince'> {
  readonly protectedSeq: Readonly<Record<string, number>>;
  readonly protectedAtMs: Readonly<Record<string, number>>;
  /** By message id. */
  readonly tail: Readonly<Record<string, Omit<StoredMessage, 'seq' | 'messageId'>>>;
  readonly tailSeq: Readonly<Record<string, number>>;
}

/** An expression may have 4 KB; what is left over stays in the tail for the next message to drop. */
const MOST_DROPPED = 60;
const MOST_FORGOTTEN = 20;
const IS_LIVE = '#epoch = :epoch AND attribute_not_exists(#destroyedAtMs)';
const LIVE_NAMES = { '#epoch': 'epoch', '#destroyedAtMs': 'destroyedAtMs' };

/** Room rows in DynamoDB. */
export class DynamoRooms implements Rooms {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async getRoom(room: RoomId): Promise<Room | undefined> {
    const row = await this.#table.get(roomKey(room));
    return row === undefined ? undefined : toRoom(row);
  }

  async createRoom(room: Room): Promise<boolean> {
    // A: put -> stored, answer lost                          B: put -> stored
    // A: put again -> refused, finds its own epoch: created  A: put -> refused, finds B's epoch: not created
    // A destroyed row holds nothing that counts, since every row below a room names its epoch.
    const put = this.#table.put({
      Item: { ...roomKey(room.room), ...toRow(room) },
      ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(#destroyedAtMs)',
      ExpressionAttributeNames: { '#destroyedAtMs': 'destroyedAtMs' },
    });
    return (await unlessRefused(put)) !== REFUSED || (await this.getRoom(room.room))?.epoch === room.epoch;
  }

  async acceptMessage(acceptance: Acceptance): Promise<Room | 'conflict'> {
    const { room, message } = acceptance;
    // sender A: checked ----------------- accept(fence 1)             -> taken, seq 8
    // sender B: checked ------------------------------- accept        -> taken, seq 9: both are blind, no one waits
    // sender C: checked -- C is blocked: fence 2 ------------- accept(fence 1) -> refused, C is decided anew
    // destroy:  the epoch or the destroyed mark                       -> refused
    // clock behind the last message                                   -> refused, or the kick's time would go back
    // delivered twice: the id is in the tail                          -> refused, then seen as taken
    try {
      return toRoom(await this.#table.update(acceptUpdate(acceptance), 'report-lost'));
    } catch (error) {
      if (error instanceof AnswerLost) throw new AcceptanceUnknown(error.message, { cause: error });
      if (!(error instanceof ConditionFailed)) throw error;
    }
    const now = await this.getRoom(room);
    const isTaken = now?.epoch === acceptance.epoch && now.tail.some((one) => one.messageId === message.messageId);
    return isTaken ? now : 'conflict';
  }

  async protect(room: RoomId, epoch: string, user: UserId, limit: number): Promise<Room | 'full' | undefined> {
    // message: seq 8 --------------- seq 9
    // protect: ------- at seq 8 ----------- again -> refused: his position stays 8
    // other:   -------------- takes the last place -> refused: full
    // The position is copied inside the item, so no message can come between reading and writing it. His
    // unprotectedSeq stays: it still says from which seq on he could have been kicked before.
    const done = await this.#change(room, epoch, {
      UpdateExpression: 'SET #protectedSeq.#user = #seq, #protectedAtMs.#user = #lastMessageAtMs',
      ConditionExpression: `${IS_LIVE} AND attribute_not_exists(#protectedSeq.#user) AND size(#protectedSeq) < :limit`,
      ExpressionAttributeNames: {
        '#protectedSeq': 'protectedSeq',
        '#protectedAtMs': 'protectedAtMs',
        '#user': user,
        '#seq': 'seq',
        '#lastMessageAtMs': 'lastMessageAtMs',
      },
      ExpressionAttributeValues: { ':limit': limit },
    });
    if (done !== undefined) return done;
    const now = await this.#live(room, epoch);
    return now === undefined || Object.hasOwn(now.protectedSince, user) ? now : 'full';
  }

  async unprotect(room: RoomId, epoch: string, user: UserId): Promise<Room | undefined> {
    // message:   seq 8 ---------- seq 9 -> the first that can kick him
    // unprotect: ------- at seq 8 --------- again -> refused: not on it, his seq is not moved to 9
    const done = await this.#change(room, epoch, {
      UpdateExpression: 'SET #unprotectedSeq.#user = #seq REMOVE #protectedSeq.#user, #protectedAtMs.#user',
      ConditionExpression: `${IS_LIVE} AND attribute_exists(#protectedSeq.#user)`,
      ExpressionAttributeNames: {
        '#unprotectedSeq': 'unprotectedSeq',
        '#protectedSeq': 'protectedSeq',
        '#protectedAtMs': 'protectedAtMs',
        '#user': user,
        '#seq': 'seq',
      },
    });
    if (done === undefined) return this.#live(room, epoch);
    return (await this.#forget(done)) ?? done;
  }

  /** Drops entries that a later message has made meaningless, so that the row does not grow with each change. */
  async #forget(room: Room): Promise<Room | undefined> {
    const old = Object.entries(room.unprotectedSeq)
      .filter(([user, seq]) => seq < room.seq && !Object.hasOwn(room.protectedSince, user))
      .slice(0, MOST_FORGOTTEN);
    if (old.length === 0) return undefined;
    const each = (text: (index: number) => string, separator: string) =>
      old.map((_, index) => text(index)).join(separator);
    // forget:    read seq 5 of U ------------------------------- remove -> refused, the new seq stays
    // unprotect: ---------------- U protected, taken off: seq 9
    // protect:   ---------------- U protected                   remove -> refused, tried at some later time
    return this.#change(room.room, room.epoch, {
      UpdateExpression: `REMOVE ${each((index) => `#unprotectedSeq.#u${index}`, ', ')}`,
      ConditionExpression: `${IS_LIVE} AND ${each(
        (index) => `#unprotectedSeq.#u${index} = :u${index} AND attribute_not_exists(#protectedSeq.#u${index})`,
        ' AND ',
      )}`,
      ExpressionAttributeNames: {
        '#unprotectedSeq': 'unprotectedSeq',
        '#protectedSeq': 'protectedSeq',
        ...Object.fromEntries(old.map(([user], index) => [`#u${index}`, user])),
      },
      ExpressionAttributeValues: Object.fromEntries(old.map(([, seq], index) => [`:u${index}`, seq])),
    });
  }

  async raiseFence(room: RoomId, epoch: string): Promise<Room | undefined> {
    // block:  member row -- fence 1 -> 2 (twice is 3: harmless, a send is only decided once more)
    // others: a destroyed or recreated room -> refused: nobody can send there under the old epoch anyway
    return this.#change(room, epoch, {
      UpdateExpression: 'SET #fence = #fence + :one',
      ConditionExpression: IS_LIVE,
      ExpressionAttributeNames: { '#fence': 'fence' },
      ExpressionAttributeValues: { ':one': 1 },
    });
  }

  async destroyRoom(room: RoomId, epoch: string, nowMs: number): Promise<Room | undefined> {
    // A: destroy -> done, answer lost -- again -> refused, finds its own time: done
    // B: ------------- destroy -> refused: it is gone already
    // C: ------------------- create: a new epoch -- B: destroy -> refused, the new room lives
    const done = await this.#change(room, epoch, {
      UpdateExpression: 'SET #destroyedAtMs = :nowMs',
      ConditionExpression: IS_LIVE,
      ExpressionAttributeValues: { ':nowMs': nowMs },
    });
    if (done !== undefined) return done;
    const now = await this.getRoom(room);
    return now?.epoch === epoch && now.destroyedAtMs === nowMs ? now : undefined;
  }

  async removeRoom(room: RoomId, epoch: string): Promise<void> {
    // clean-up: read destroyed -------------------- remove -> refused, the new room stays
    // create:   ------------------ a new epoch
    const removal = this.#table.delete({
      Key: roomKey(room),
      ConditionExpression: '#epoch = :epoch AND attribute_exists(#destroyedAtMs)',
      ExpressionAttributeNames: LIVE_NAMES,
      ExpressionAttributeValues: { ':epoch': epoch },
    });
    await unlessRefused(removal);
  }

  /** One update of a live room of that epoch; undefined = refused. */
  async #change(room: RoomId, epoch: string, input: Omit<UpdateCommandInput, 'TableName' | 'Key'>) {
    const update = this.#table.update({
      ...input,
      Key: roomKey(room),
      ExpressionAttributeNames: { ...LIVE_NAMES, ...input.ExpressionAttributeNames },
      ExpressionAttributeValues: { ':epoch': epoch, ...input.ExpressionAttributeValues },
    });
    const row = await unlessRefused(update);
    return row === REFUSED ? undefined : toRoom(row);
  }

  async #live(room: RoomId, epoch: string): Promise<Room | undefined> {
    const now = await this.getRoom(room);
    return isLive(now) && now.epoch === epoch ? now : undefined;
  }
}

const REFUSED = Symbol('refused');

async function unlessRefused<T>(write: Promise<T>): Promise<T | typeof REFUSED> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionFailed) return REFUSED;
    throw error;
  }
}

function acceptUpdate({ room, epoch, fence, message, logged }: Acceptance) {
  const { messageId, ...content } = message;
  const dropped = logged.filter((id) => id !== messageId).slice(0, MOST_DROPPED);
  const removals = dropped.flatMap((_, index) => [`#tail.#d${index}`, `#tailSeq.#d${index}`]);
  const sets =
    'SET #tail.#message = :content, #tailSeq.#message = #seq + :one, #seq = #seq + :one, #lastMessageAtMs = :atMs';
  const conditions = `${IS_LIVE} AND #lastMessageAtMs <= :atMs AND attribute_not_exists(#tailSeq.#message)`;
  return {
    Key: roomKey(room),
    UpdateExpression: removals.length === 0 ? sets : `${sets} REMOVE ${removals.join(', ')}`,
    ConditionExpression: fence === undefined ? conditions : `${conditions} AND #fence = :fence`,
    ExpressionAttributeNames: {
      ...LIVE_NAMES,
      '#tail': 'tail',
      '#tailSeq': 'tailSeq',
      '#message': messageId,
      '#seq': 'seq',
      '#lastMessageAtMs': 'lastMessageAtMs',
      ...(fence === undefined ? {} : { '#fence': 'fence' }),
      ...Object.fromEntries(dropped.map((id, index) => [`#d${index}`, id])),
    },
    ExpressionAttributeValues: {
      ':epoch': epoch,
      ':content': content,
      ':one': 1,
      ':atMs': message.sentAtMs,
      ...(fence === undefined ? {} : { ':fence': fence }),
    },
  };
}

function toRow({ tail, protectedSince, ...rest }: Room): RoomRow {
  const positions = Object.entries(protectedSince);
  return {
    ...rest,
    protectedSeq: Object.fromEntries(positions.map(([user, position]) => [user, position.seq])),
    protectedAtMs: Object.fromEntries(positions.map(([user, position]) => [user, position.lastMessageAtMs])),
    tail: Object.fromEntries(tail.map(({ seq: _, messageId, ...content }) => [messageId, content])),
    tailSeq: Object.fromEntries(tail.map(({ seq, messageId }) => [messageId, seq])),
  };
}

function toRoom(row: Row): Room {
  const stored = row as unknown as RoomRow;
  const protectedSince = Object.entries(stored.protectedSeq).map(([user, seq]) => [
    user,
    { seq, lastMessageAtMs: stored.protectedAtMs[user] ?? 0 },
  ]);
  const tail = Object.entries(stored.tail).map(([messageId, content]) => ({
    ...content,
    messageId,
    seq: stored.tailSeq[messageId] ?? 0,
  }));
  return {
    room: stored.room,
    name: stored.name,
    epoch: stored.epoch,
    createdAtMs: stored.createdAtMs,
    ...(stored.destroyedAtMs === undefined ? {} : { destroyedAtMs: stored.destroyedAtMs }),
    fence: stored.fence,
    seq: stored.seq,
    lastMessageAtMs: stored.lastMessageAtMs,
    protectedSince: Object.fromEntries(protectedSince) as Room['protectedSince'],
    unprotectedSeq: stored.unprotectedSeq,
    tail: tail.sort((one, other) => one.seq - other.seq),
  };
}
