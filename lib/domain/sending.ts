/** A tail with this much text moves to the log, so that the room's row stays at about 1 KB: one write unit. */
const TAIL_FULL_CHARACTERS = 512;

export const isTailFull = (tail: readonly { readonly content: string }[]): boolean =>
  tail.reduce((sum, message) => sum + message.content.length + 100, 0) >= TAIL_FULL_CHARACTERS;

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
