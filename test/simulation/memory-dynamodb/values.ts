/** A value as a row holds it. None is ever changed in place, so that rows, versions and answers under way may share it. */
export type Value = string | number | boolean | null | Uint8Array | SetValue | readonly Value[] | MapValue;
export type SetMember = string | number | Uint8Array;
/** Never empty, and all members are of one type. */
export type SetValue = ReadonlySet<SetMember>;
export interface MapValue {
  readonly [name: string]: Value;
}
export type ValueType = 'S' | 'N' | 'BOOL' | 'NULL' | 'B' | 'SS' | 'NS' | 'BS' | 'L' | 'M';

export const isBinary = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
export const isSet = (value: unknown): value is SetValue => value instanceof Set;
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);
export const isMap = (value: Value | undefined): value is MapValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isBinary(value) && !isSet(value);

export function typeOf(value: Value): ValueType {
  if (typeof value === 'string') return 'S';
  if (typeof value === 'number') return 'N';
  if (typeof value === 'boolean') return 'BOOL';
  if (value === null) return 'NULL';
  if (isList(value)) return 'L';
  if (isBinary(value)) return 'B';
  return isSet(value) ? typeOfSet(value) : 'M';
}

function typeOfSet(set: SetValue): 'SS' | 'NS' | 'BS' {
  const [member] = set;
  if (typeof member === 'string') return 'SS';
  return typeof member === 'number' ? 'NS' : 'BS';
}

/** The map's own value: a name may be one that every object inherits. */
export const valueIn = (map: MapValue, name: string): Value | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;

/** Sets an own value of a map under construction, also under the one name that an assignment takes for the prototype. */
export function setIn<T>(map: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') map[name] = value;
  else Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
}

export function isEqual(one: Value, other: Value): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (isList(one)) return isList(other) && areListsEqual(one, other);
  if (isBinary(one)) return isBinary(other) && compareBytes(one, other) === 0;
  if (isSet(one)) return isSet(other) && one.size === other.size && hasAll(one, other);
  return isMap(other) && areMapsEqual(one as MapValue, other);
}

const areListsEqual = (one: readonly Value[], other: readonly Value[]): boolean =>
  one.length === other.length && one.every((value, index) => isEqual(value, other[index] ?? null));

const hasAll = (one: SetValue, other: SetValue): boolean => {
  for (const member of other) if (!hasMember(one, member)) return false;
  return true;
};

export const hasMember = (set: SetValue, member: SetMember): boolean =>
  isBinary(member) ? [...set].some((each) => isBinary(each) && compareBytes(each, member) === 0) : set.has(member);

function areMapsEqual(one: MapValue, other: MapValue): boolean {
  let count = 0;
  for (const name in one) {
    const value = valueIn(other, name);
    if (value === undefined || !isEqual(one[name] as Value, value)) return false;
    count += 1;
  }
  return count === Object.keys(other).length;
}

/** Negative, 0 or positive; undefined where DynamoDB has no order: for other types, and between types. */
export function compare(one: Value | undefined, other: Value | undefined): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other);
  return isBinary(one) && isBinary(other) ? compareBytes(one, other) : undefined;
}

/** By the bytes of UTF-8. */
export function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (left !== right) return rankOf(left) - rankOf(right);
  }
  return one.length - other.length;
}

/** JavaScript's halves of a character above U+FFFF sort before U+E000; the bytes of the character sort after it. */
const rankOf = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};

export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
