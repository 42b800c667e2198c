import { type DeliveryState, type MessageText, type TailEntry, textLength } from './room.ts';

/** What the tail may hold before it moves to the log, so that the room's row stays below 1 KB: one write unit. */
const TAIL_CHARACTERS_MAX = 200;
/** An entry without its message has an id and a time. */
export const TAIL_ENTRIES_MAX = 8;
/** Of a tail that is not full, with one message more: a quiet room is not to wait for the write of another row. */
const TAIL_CHARACTERS_MOST = 1_024;

const charactersOf = (message: MessageText): number => textLength(message) + 100;

const charactersIn = (tail: readonly TailEntry[]): number =>
  tail.reduce((sum, { message }) => sum + (message === undefined ? 0 : charactersOf(message)), 0);

/** Is it time to move the tail to the log? */
export const isTailFull = (tail: readonly TailEntry[]): boolean =>
  charactersIn(tail) >= TAIL_CHARACTERS_MAX || tail.length >= TAIL_ENTRIES_MAX;

/**
 * Does this message go into the tail, or into a row of its own, so that the room's row stays small? Where
 * another Lambda delivers, the message waits for a window in any case.
 */
export function fitsTail(
  { tail, delivery }: { readonly tail: readonly TailEntry[]; readonly delivery: Pick<DeliveryState, 'lease'> },
  message: MessageText,
): boolean {
  if (delivery.lease !== undefined || tail.length >= TAIL_ENTRIES_MAX) return false;
  return charactersIn(tail) + charactersOf(message) <= TAIL_CHARACTERS_MOST;
}

/** Each message makes the next write of the room's row more expensive, and DynamoDB's limit of 400 KB would end the room. */
const TAIL_LONGEST = 1_000;

/** Must the room refuse messages until its tail has moved to the log? Only where nobody delivers for long. */
export const isTailTooLong = (tail: readonly TailEntry[]): boolean => tail.length >= TAIL_LONGEST;

const PRIMES = [2_654_435_761, 1_597_334_677] as const;

/**
 * Identifies a message among those that its user has sent lately. Only 64 bits of a hash, because it is on a row that
 * every send writes. If two messages have the same key by chance, the second only has to wait.
 */
export function sendKey(room: string, clientMessageId: string): string {
  const hashes = PRIMES.map((prime) => {
    let hash: number = prime;
    // No id contains the separator.
    for (const character of `${room}#${clientMessageId}`) hash = Math.imul(hash ^ character.charCodeAt(0), prime);
    return ((hash ^ (hash >>> 15)) >>> 0).toString(36);
  });
  return hashes.join('.');
}
