const BASE_MS = 500;
const CAP_MS = 15_000;

/** The delay before each attempt: exponential with full jitter, so that a crowd does not reconnect at once. */
export function* backoffDelaysMs(random: () => number): Generator<number, never> {
  let ceilingMs = BASE_MS;
  for (;;) {
    yield Math.floor(random() * ceilingMs);
    ceilingMs = Math.min(CAP_MS, ceilingMs * 2);
  }
}
