/** 32 bits of a linear generator: the same run, whichever machine it is on. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Times of messages that many people send independently, in whole ms, ascending: random gaps with this mean rate. */
export function arrivals(perSecond: number, count: number): readonly number[] {
  const random = seeded(1);
  let atMs = 0;
  return Array.from({ length: count }, () => {
    atMs += (-Math.log(random()) * 1_000) / perSecond;
    return Math.ceil(atMs);
  });
}
