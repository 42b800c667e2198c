import { UsageError } from './usage-error.ts';

/** Reads `name=value` pairs. */
export function readPairs(what: string, pairs: readonly string[]): Readonly<Record<string, string>> {
  const read = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`unable to use ${what}${pair}; it must look like name=value`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(read);
}
