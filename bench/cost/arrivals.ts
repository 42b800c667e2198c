/** 32 bits of a linear generator: the same run, whichever machine it is on. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Times of messages that many people send independently, in whole ms, ascending: random gaps, with exactly this mean. */
export function arrivals(perSecond: number, count: number): readonly number[] {
  const random = seeded(1);
  let last = 0;
  const times = Array.from({ length: count }, () => {
    last -= Math.log(random());
    return last;
  });
  const scale = (count * 1_000) / perSecond / last;
  return times.map((time) => Math.ceil(time * scale));
}
