import { UsageError } from './usage-error.ts';

/** Reads one `name=value`. */
export function readPair(what: string, text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`unable to use ${what}${text}; it must look like name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Reads `name=value` pairs. */
export const readPairs = (what: string, pairs: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(pairs.map((text) => readPair(what, text)));
