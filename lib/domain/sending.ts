/** The tail goes to the log when it holds this much text: the room row then stays about 1 KB, one write unit. */
const TAIL_BYTES = 512;

export const isTailFull = (tail: readonly { readonly content: string }[]): boolean =>
  tail.reduce((sum, message) => sum + message.content.length + 100, 0) >= TAIL_BYTES;

const PRIMES = [2_654_435_761, 1_597_334_677] as const;

/**
 * Names a message of a user among those that they have sent within a minute, as short as it can be: it stands on a row
 * that is written with each of them. 64 bits of a hash; two that are alike by chance only make the second wait.
 */
export function sendKey(room: string, clientMessageId: string): string {
  const hashes = PRIMES.map((prime) => {
    let hash: number = prime;
    // No id has the character between them.
    for (const character of `${room}#${clientMessageId}`) hash = Math.imul(hash ^ character.charCodeAt(0), prime);
    return ((hash ^ (hash >>> 15)) >>> 0).toString(36);
  });
  return hashes.join('.');
}
