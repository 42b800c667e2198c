type Row = Readonly<Record<string, unknown>>;

/** Every row of the table by its key. */
export type TableRows = ReadonlyMap<string, Row>;

export const rowsByKey = (rows: Iterable<Row>): TableRows =>
  new Map([...rows].map((row) => [`${row.pk} ${row.sk}`, row] as const));

/** What differs, as `<key>` for a row that came or went and `<key> .<name>` for a value that changed. */
export function differences(before: TableRows, after: TableRows): readonly string[] {
  return keysOf(before, after).flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    if (old === undefined || now === undefined) return [key];
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort(compareTexts);
    return names.filter((name) => text(old[name]) !== text(now[name])).map((name) => `${key} .${name}`);
  });
}

/** The keys of rows that differ, each with what it is after; without a row it is not there. */
export function changedKeys(before: TableRows, after: TableRows) {
  return keysOf(before, after)
    .filter((key) => text(before.get(key)) !== text(after.get(key)))
    .map((key) => {
      const row = after.get(key);
      const { pk, sk } = row ?? before.get(key) ?? {};
      return { pk, sk, row };
    });
}

const keysOf = (before: TableRows, after: TableRows) =>
  [...new Set([...before.keys(), ...after.keys()])].sort(compareTexts);

const compareTexts = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** Maps and sets have no order: an emulator gives the keys of a map in any. */
const text = (value: unknown): string => JSON.stringify([value], (_name, part) => sorted(part));

function sorted(part: unknown): unknown {
  if (part instanceof Set) return { set: [...part].sort(compareTexts) };
  if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).sort(([one], [other]) => compareTexts(one, other)));
}
