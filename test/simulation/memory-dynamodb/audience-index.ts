/*
 * Models the index of the table. Each write of the table changes it at once; how far behind a read of it is decides the
 * query, as for the table. An entry whose keys change is removed and then added: a read may see neither.
 */

import { audienceIndex } from '../../support/table-keys.ts';
import { entryUnits } from './capacity.ts';
import { validationError } from './errors.ts';
import { sizeOfItem, sizeOfText } from './item-size.ts';
import { RowVersions } from './row-versions.ts';
import { isEqual, type MapValue, typeOf, type Value } from './values.ts';

export const INDEX_NAME: string = audienceIndex.IndexName;
export const INDEX_KEYS = { partition: 'listedIn', sort: 'listedAs' } as const;
const COPIED = ['pk', 'sk', INDEX_KEYS.partition, INDEX_KEYS.sort, ...audienceIndex.Projection.NonKeyAttributes];
/** AWS says that an index is up to date within a fraction of a second, and longer only in a failure. */
const LAG_MAX_MS = 2_000;
const PARTITION_BYTES_MAX = 2048;
const SORT_BYTES_MAX = 1024;

/** Whether the entries have a copy of this from their rows. */
export const isCopied = (name: string): boolean => COPIED.includes(name);

interface Entry {
  readonly partition: string;
  readonly position: string;
  readonly item: MapValue;
  readonly bytes: number;
}

/** The entries of the rows that have both keys of the index. */
export class AudienceIndex {
  /** In a partition the entries lie by their positions. */
  readonly entries: RowVersions;

  constructor(keepsPast: boolean, now: () => number) {
    this.entries = new RowVersions(keepsPast, now, LAG_MAX_MS);
  }

  /** Takes over what a write has made of a row, and gives the units that this takes. */
  follow(before: MapValue | undefined, after: MapValue | undefined): number {
    const [from, to] = [entryOf(before), entryOf(after)];
    if (from !== undefined && to !== undefined && from.partition === to.partition && from.position === to.position) {
      if (isEqual(from.item, to.item)) return 0;
      this.entries.put(to.partition, to.position, to.item, to.bytes);
      return entryUnits(Math.max(from.bytes, to.bytes));
    }
    if (from !== undefined) this.entries.put(from.partition, from.position, undefined, 0);
    if (to !== undefined) this.entries.put(to.partition, to.position, to.item, to.bytes);
    return [from, to].reduce((sum, entry) => sum + (entry === undefined ? 0 : entryUnits(entry.bytes)), 0);
  }
}

function entryOf(row: MapValue | undefined): Entry | undefined {
  if (row?.listedIn === undefined || row.listedAs === undefined) return undefined;
  const item: Record<string, Value> = {};
  for (const name of COPIED) if (row[name] !== undefined) item[name] = row[name];
  const [partition, sort, pk, sk] = [row.listedIn, row.listedAs, row.pk, row.sk] as [string, string, string, string];
  return { partition, position: positionOf(sort, pk, sk), item, bytes: sizeOfItem(item) };
}

/** Sorts by the sort key, then by the key of the row: DynamoDB leaves open how entries with equal keys sort. */
export const positionOf = (...keys: readonly [sort: string, pk: string, sk: string]): string =>
  keys.map((key) => key.replaceAll('\0', '\0\u0001')).join('\0\0');

export const sortKeyAt = (position: string): string =>
  position.slice(0, position.indexOf('\0\0')).replaceAll('\0\u0001', '\0');

/** No row may have a key that the index could not have, even where its other one is missing. */
export function checkIndexKeys({ listedIn, listedAs }: MapValue): void {
  if (listedIn !== undefined) checkIndexKey(INDEX_KEYS.partition, listedIn, PARTITION_BYTES_MAX);
  if (listedAs !== undefined) checkIndexKey(INDEX_KEYS.sort, listedAs, SORT_BYTES_MAX);
}

function checkIndexKey(name: string, value: Value, bytesMax: number): void {
  if (typeof value !== 'string') {
    throw validationError(
      `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: S ` +
        `Actual: ${typeOf(value)} IndexName: ${INDEX_NAME}`,
    );
  }
  if (value === '') {
    throw validationError(
      'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The ' +
        'AttributeValue for a key attribute cannot contain an empty string value. ' +
        `IndexName: ${INDEX_NAME}, IndexKey: ${name}`,
    );
  }
  if (sizeOfText(value) <= bytesMax) return;
  throw validationError(
    `One or more parameter values were invalid: Size of the index key ${name} has exceeded the maximum size limit of ` +
      `${bytesMax} bytes`,
  );
}
