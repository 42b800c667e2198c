/** About 80 random bits in at most 16 characters of a-z 0-9. */
export function randomId(random: () => number): string {
  const chance = () => Math.floor(random() * 36 ** 8).toString(36);
  return chance() + chance();
}
