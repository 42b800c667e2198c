import { takeValue } from './copies.ts';
import { NotModelled, ServiceError, validationError } from './errors.ts';
import { sizeOfText } from './item-size.ts';
import { emptyKey } from './key-condition.ts';
import type { MapValue, Value } from './values.ts';

export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

/** A call's fields, each of which its plan reads or has checked. */
export type CallInput = Readonly<Record<string, unknown>>;

const PK_BYTES_MAX = 2048;
const SK_BYTES_MAX = 1024;

/** Fails on a field that the call's plan does not know, so that none is ignored. */
export function checkFields(call: string, input: object, known: ReadonlySet<string>): void {
  for (const field in input) {
    if (known.has(field) || (input as CallInput)[field] === undefined) continue;
    throw new NotModelled(`${field} in ${call}`);
  }
}

export function checkTable(name: unknown, tableName: string): void {
  if (name !== tableName) throw new ServiceError('ResourceNotFoundException', 'Requested resource not found');
}

/** Fails unless the field is one of these, of which the first is also its default. */
export function fieldOf<T extends string>(input: CallInput, field: string, among: readonly [T, ...T[]]): T {
  const value = input[field] ?? among[0];
  const found = among.find((each) => each === value);
  if (found === undefined) throw new NotModelled(`${field} ${String(value)}`);
  return found;
}

export function textOf(input: CallInput, field: string): string | undefined {
  const value = input[field];
  if (value === undefined || typeof value === 'string') return value;
  throw new NotModelled(`${field} but a text`);
}

export function takeKey(key: unknown): RowKey {
  if (typeof key !== 'object' || key === null) throw validationError('The parameter Key is required but was missing');
  const { pk, sk } = key as Record<string, unknown>;
  let isForeign = false;
  for (const name in key) isForeign ||= name !== 'pk' && name !== 'sk' && (key as CallInput)[name] !== undefined;
  if (isForeign || typeof pk !== 'string' || typeof sk !== 'string') {
    throw validationError('The provided key element does not match the schema');
  }
  checkKey({ pk, sk });
  return { pk, sk };
}

/** The key of a whole row. */
export function keyIn(item: MapValue): RowKey {
  const { pk, sk } = item;
  const key = { pk: keyText('pk', pk), sk: keyText('sk', sk) };
  checkKey(key);
  return key;
}

function keyText(name: string, value: Value | undefined): string {
  if (typeof value === 'string') return value;
  const what =
    value === undefined ? `Missing the key ${name} in the item` : `Type mismatch for key ${name} expected: S`;
  throw validationError(`One or more parameter values were invalid: ${what}`);
}

function checkKey({ pk, sk }: RowKey): void {
  if (pk === '') throw emptyKey('pk');
  if (sk === '') throw emptyKey('sk');
  // No text of so few characters has more bytes.
  if (pk.length * 3 > PK_BYTES_MAX && sizeOfText(pk) > PK_BYTES_MAX) {
    throw validationError(
      'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    );
  }
  if (sk.length * 3 > SK_BYTES_MAX && sizeOfText(sk) > SK_BYTES_MAX) {
    throw validationError(
      'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
    );
  }
}

export function takeItem(item: unknown): MapValue {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw new NotModelled('items but maps');
  return takeValue(item) as MapValue;
}
