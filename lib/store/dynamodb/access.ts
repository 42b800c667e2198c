import { type Access, type ForceClosedMark, fullAccess, isRestricted, type Restrictions } from '../../domain/access.ts';
import type { SlowSend } from '../../domain/slow-mode.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Turns } from '../../domain/turns.ts';
import type { ConnectionId, UserId } from '../../protocol/ids.ts';
import type { Users } from '../users.ts';
import { decide } from './decide.ts';
import { accessKey, expiry } from './keys.ts';
import { atRevision, randomRevision } from './revision.ts';
import { named, type Row, type Table } from './table.ts';
import { isDone, unlessRefused } from './write-outcome.ts';

/** Turns are useless after minutes; the margin allows for clocks that differ. */
const TURNS_KEPT_MS = DAY_MS;

/** Sends are maps by key, marks are text: the field names of a list of maps would be half of the row. */
interface AccessRow extends Partial<Restrictions> {
  readonly revision?: number;
  readonly turns?: Turns;
  readonly sends?: Readonly<Record<string, number>>;
  /** By the room's epoch: `<ms>#<until ms>#<id of the message>`. */
  readonly slowSends?: Readonly<Record<string, string>>;
  /** A string set, so that a write adds one without reading the others. */
  readonly forceClosed?: Iterable<string>;
}

/** Ends each lasting change: invalidates turns decided on an earlier read, and stops the row from expiring. */
const lasting = {
  expression: '#revision = if_not_exists(#revision, :zero) + :one REMOVE #expiresAtSec',
  names: named('revision', 'expiresAtSec'),
  values: { ':zero': 0, ':one': 1 },
};

type AccessMethod = 'getAccess' | 'takeTurn' | 'setAccess' | 'expireTokens' | 'forgetAccess' | 'noteForceClosed';

/** What holds for a user over all connections and in all rooms, in DynamoDB. */
export class DynamoAccess implements Pick<Users, AccessMethod> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly getAccess = async (user: UserId, read?: 'consistent' | 'eventual'): Promise<Access> => {
    const row = await this.#table.get(accessKey(user), read);
    return row === undefined ? fullAccess : toAccess(row);
  };

  readonly takeTurn = async (user: UserId, next: Access): Promise<boolean> => {
    const nowMs = this.#table.now();
    const revision = randomRevision(this.#table.random);
    // A: read revision 7 --------------- put -> refused: A reads again
    // B: ----------------- put -> a revision of its own, even if B takes the same turn at the same ms
    // block: ------------- revision 8    put -> refused: A finds the block
    // A: put -> stored, answer lost ---- put -> refused, finds its own revision: taken
    const put = this.#table.put({
      Item: { ...accessKey(user), ...toRow(next), revision, ...expiryOf(next, nowMs) },
      ...atRevision(next.revision, nowMs),
    });
    return isDone(put, async () => (await this.getAccess(user)).revision === revision);
  };

  readonly setAccess = async (
    user: UserId,
    change: Partial<Omit<Restrictions, 'tokensValidFromMs'>>,
  ): Promise<void> => {
    const names = Object.keys(change);
    if (names.length === 0) return;
    // block: ----------- blockedUntilMs
    // mute:  -- mutedUntilMs: each sets its own attribute, so neither undoes the other
    // turn:  read ------------------- put -> refused by the revision: it would write back old restrictions
    await this.#table.update({
      Key: accessKey(user),
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}, ${lasting.expression}`,
      ExpressionAttributeNames: { ...lasting.names, ...named(...names) },
      ExpressionAttributeValues: {
        ...lasting.values,
        ...Object.fromEntries(Object.entries(change).map(([name, ms]) => [`:${name}`, ms])),
      },
    });
  };

  readonly expireTokens = async (user: UserId, beforeMs: number): Promise<void> => {
    // A: before 5 --------------- expire -> refused: 7 stays
    // B: ---------- before 7 -> 7
    const update = this.#table.update({
      Key: accessKey(user),
      UpdateExpression: `SET #tokensValidFromMs = :beforeMs, ${lasting.expression}`,
      ConditionExpression: 'attribute_not_exists(#tokensValidFromMs) OR #tokensValidFromMs < :beforeMs',
      ExpressionAttributeNames: { ...lasting.names, ...named('tokensValidFromMs') },
      ExpressionAttributeValues: { ...lasting.values, ':beforeMs': beforeMs },
    });
    await unlessRefused(update);
  };

  readonly forgetAccess = async (user: UserId, tokensFromMs: number, expiresAtMs: number): Promise<void> => {
    // forget: read tokensFrom 3, revision 7 -------------- put -> refused: reads again, and 9 stays
    // expire: ------------------------------- 9, revision 8
    // block:  the same as expire; a later one stays
    // forget: put -> done, answer lost - put -> refused, reads and puts again
    await decide(this.#table, 'forget what holds for a user', async () => {
      const before = await this.getAccess(user);
      const fromMs = Math.max(before.tokensValidFromMs, tokensFromMs);
      const put = this.#table.put({
        Item: {
          ...accessKey(user),
          tokensValidFromMs: fromMs,
          revision: randomRevision(this.#table.random),
          ...expiry(fromMs - tokensFromMs + expiresAtMs),
        },
        ...atRevision(before.revision, this.#table.now()),
      });
      return unlessRefused(put);
    });
  };

  readonly noteForceClosed = async (
    user: UserId,
    connections: readonly ConnectionId[],
    nowMs: number,
  ): Promise<void> => {
    if (connections.length === 0) return;
    // A: c1 ------ added: neither undoes the other, and either may create the row. An expired row that
    // B: ---- c2          still exists stays, with its past turns.
    await this.#table.update({
      Key: accessKey(user),
      UpdateExpression: `SET ${lasting.expression} ADD #forceClosed :forceClosed`,
      ExpressionAttributeNames: { ...lasting.names, ...named('forceClosed') },
      ExpressionAttributeValues: {
        ...lasting.values,
        ':forceClosed': new Set(connections.map((connectionId) => textOf({ connectionId, atMs: nowMs }))),
      },
    });
  };
}

const expiryOf = (access: Access, nowMs: number) => (isRestricted(access, nowMs) ? {} : expiry(nowMs + TURNS_KEPT_MS));

function toRow({ blockedUntilMs, mutedUntilMs, tokensValidFromMs, deactivatedAtMs, ...rest }: Access): AccessRow {
  const { turns, sends, slowSends, forceClosed } = rest;
  return {
    ...(blockedUntilMs === 0 ? {} : { blockedUntilMs }),
    ...(mutedUntilMs === 0 ? {} : { mutedUntilMs }),
    ...(tokensValidFromMs === 0 ? {} : { tokensValidFromMs }),
    ...(deactivatedAtMs === 0 ? {} : { deactivatedAtMs }),
    turns,
    ...(sends.length === 0 ? {} : { sends: Object.fromEntries(sends.map(({ key, atMs }) => [key, atMs])) }),
    ...(slowSends.length === 0 ? {} : { slowSends: Object.fromEntries(slowSends.map(slowEntryOf)) }),
    ...(forceClosed.length === 0 ? {} : { forceClosed: new Set(forceClosed.map(textOf)) }),
  };
}

function toAccess(row: Row): Access {
  const {
    blockedUntilMs = 0,
    mutedUntilMs = 0,
    tokensValidFromMs = 0,
    deactivatedAtMs = 0,
    ...rest
  } = row as AccessRow;
  const { revision = 0, turns = {}, sends = {}, slowSends = {}, forceClosed = [] } = rest;
  return {
    ...{ blockedUntilMs, mutedUntilMs, tokensValidFromMs, deactivatedAtMs, revision, turns },
    sends: Object.entries(sends)
      .map(([key, atMs]) => ({ key, atMs }))
      .sort((one, other) => one.atMs - other.atMs || (one.key < other.key ? -1 : 1)),
    slowSends: Object.entries(slowSends)
      .map(toSlowSend)
      .sort((one, other) => one.atMs - other.atMs || (one.epoch < other.epoch ? -1 : 1)),
    forceClosed: [...forceClosed].map(toForceClosedMark),
  };
}

const slowEntryOf = ({ epoch, atMs, untilMs, id }: SlowSend) => [epoch, `${atMs}#${untilMs}#${id}`] as const;

function toSlowSend([epoch, text]: readonly [string, string]): SlowSend {
  const [atMs = '', untilMs = '', id = ''] = text.split('#');
  return { epoch, id, atMs: Number(atMs), untilMs: Number(untilMs) };
}

/** The time comes first; an id has no '#'. */
const textOf = ({ atMs, connectionId }: ForceClosedMark): string => `${atMs}#${connectionId}`;

function toForceClosedMark(text: string): ForceClosedMark {
  const [atMs = '', connectionId = ''] = text.split('#');
  return { connectionId: connectionId as ConnectionId, atMs: Number(atMs) };
}
