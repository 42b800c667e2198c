export type TableRows = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Every row of the table by its key. */
export const rowsByKey = (rows: Iterable<Readonly<Record<string, unknown>>>): TableRows =>
  new Map([...rows].map((row) => [`${row.pk} ${row.sk}`, row] as const));

/** What differs, as `<key>` for a row that came or went and `<key> .<name>` for a value that changed. */
export function differences(before: TableRows, after: TableRows): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    if (old === undefined || now === undefined) return [key];
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return names.filter((name) => text(old[name]) !== text(now[name])).map((name) => `${key} .${name}`);
  });
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_name, part) => (part instanceof Set ? ['set', ...[...part].sort()] : part)) ?? '';
