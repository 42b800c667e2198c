import { INDEX_KEYS, INDEX_NAME, isCopied, positionOf, sortKeyAt } from './audience-index.ts';
import { type CallInput, takeKey, textOf } from './call-input.ts';
import { NotModelled, validationError } from './errors.ts';
import type { KeyNames } from './key-condition.ts';
import type { RowVersions } from './row-versions.ts';
import type { TableParts } from './table-parts.ts';
import type { MapValue } from './values.ts';

/** The key after which a query goes on, as the values of the keys that it queries by, and the position in the partition. */
export interface Start {
  readonly partition: string;
  readonly sort: string;
  readonly position: string;
}

/** What a query reads: the table or its index. */
export interface QuerySource {
  readonly isIndex: boolean;
  readonly keys: KeyNames;
  readonly rows: RowVersions;
  readonly sortKeyAt: (position: string) => string;
  /** The key where a page that ends with this row goes on. */
  readonly keyOf: (item: MapValue) => Readonly<Record<string, unknown>>;
  readonly takeStart: (given: unknown) => Start;
}

export function sourceOf({ rows, index }: TableParts, input: CallInput): QuerySource {
  const name = textOf(input, 'IndexName');
  if (name === undefined) {
    return {
      ...{ isIndex: false, keys: { partition: 'pk', sort: 'sk' }, rows, sortKeyAt: (position) => position },
      keyOf: ({ pk, sk }) => ({ pk, sk }),
      takeStart: takeTableStart,
    };
  }
  if (name !== INDEX_NAME) throw validationError(`The table does not have the specified index: ${name}`);
  if (input.ConsistentRead === true) {
    throw validationError('Consistent reads are not supported on global secondary indexes');
  }
  return {
    ...{ isIndex: true, keys: INDEX_KEYS, rows: index.entries, sortKeyAt },
    keyOf: ({ pk, sk, listedIn, listedAs }) => ({ pk, sk, listedIn, listedAs }),
    takeStart: takeIndexStart,
  };
}

function takeTableStart(given: unknown): Start {
  const { pk, sk } = takeKey(given);
  return { partition: pk, sort: sk, position: sk };
}

function takeIndexStart(given: unknown): Start {
  const { pk, sk, listedIn, listedAs, ...others } = { ...(given as Readonly<Record<string, unknown>>) };
  const isForeign = Object.values(others).some((value) => value !== undefined);
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  if (isForeign || ![pk, sk, listedIn, listedAs].every(isText)) {
    throw validationError('The provided starting key is invalid');
  }
  const [partition, sort] = [String(listedIn), String(listedAs)];
  return { partition, sort, position: positionOf(sort, String(pk), String(sk)) };
}

/** A filter may name nothing of the key that the query goes by. */
export function checkFilter(names: readonly string[], { keys, isIndex }: QuerySource): void {
  for (const name of names) {
    if (isIndex && !isCopied(name)) throw new NotModelled(`a filter of the index by ${name}, of which it has no copy`);
    if (name !== keys.partition && name !== keys.sort) continue;
    throw validationError(
      `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
    );
  }
}

export function checkProjection(names: readonly string[], { isIndex }: QuerySource): void {
  const missing = isIndex ? names.filter((name) => !isCopied(name)) : [];
  if (missing.length === 0) return;
  throw validationError(
    'One or more parameter values were invalid: ' +
      `Global secondary index ${INDEX_NAME} does not project [${missing.join(', ')}]`,
  );
}
