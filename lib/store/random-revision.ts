/** Random, so that a row which was deleted and made anew never carries a revision that was read before. */
export function randomRevision(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 19) * 2 ** 32 + low + 1;
}
