import { validationError } from './errors.ts';
import { isBinary, isList, isSet, type MapValue, type SetValue, type Value } from './values.ts';

export const ITEM_BYTES_MAX = 400 * 1024;
const LEVELS_MAX = 32;

/** The size of a row by DynamoDB's own rule: names and values, and what lists and maps take besides. */
export function sizeOfItem(item: MapValue): number {
  return sizeOfMembers(item, 1);
}

function sizeOfMembers(map: MapValue, level: number): number {
  if (level > LEVELS_MAX) throw validationError('Nesting Levels have exceeded supported limits');
  let size = 0;
  for (const name in map) size += sizeOfText(name) + sizeOfValue(map[name] as Value, level);
  return size;
}

function sizeOfValue(value: Value, level: number): number {
  if (typeof value === 'string') return sizeOfText(value);
  if (typeof value === 'number') return sizeOfNumber(value);
  if (typeof value === 'boolean' || value === null) return 1;
  if (isBinary(value)) return value.length;
  if (isSet(value)) return sizeOfSet(value);
  if (isList(value)) return sizeOfList(value, level + 1);
  const map = value as MapValue;
  return 3 + Object.keys(map).length + sizeOfMembers(map, level + 1);
}

function sizeOfList(list: readonly Value[], level: number): number {
  if (level > LEVELS_MAX) throw validationError('Nesting Levels have exceeded supported limits');
  let size = 3 + list.length;
  for (const value of list) size += sizeOfValue(value, level);
  return size;
}

function sizeOfSet(set: SetValue): number {
  let size = 0;
  for (const member of set) size += sizeOfValue(member, 0);
  return size;
}

/** Most texts are short and have a byte for each character. */
const SHORT = 40;

export function sizeOfText(text: string): number {
  const { length } = text;
  if (length > SHORT) return Buffer.byteLength(text);
  for (let index = 0; index < length; index += 1) if (text.charCodeAt(index) > 127) return Buffer.byteLength(text);
  return length;
}

/** Two digits a byte, without the zeros at both ends, a byte for the exponent and one for a minus. */
function sizeOfNumber(number: number): number {
  if (number === 0) return 1;
  const { digits, exponent } = Number.isInteger(number) ? digitsOfInteger(Math.abs(number)) : digitsOf(number);
  const isSplit = digits % 2 === 0 && exponent % 2 === 0;
  return 1 + Math.ceil(digits / 2) + (isSplit ? 1 : 0) + (number < 0 ? 1 : 0);
}

function digitsOfInteger(integer: number): { digits: number; exponent: number } {
  let [rest, zeros, digits] = [integer, 0, 1];
  for (; rest % 10 === 0; rest /= 10) zeros += 1;
  for (let power = 10; power <= rest; power *= 10) digits += 1;
  return { digits, exponent: zeros + digits - 1 };
}

function digitsOf(number: number): { digits: number; exponent: number } {
  const [mantissa = '', exponent = '0'] = Math.abs(number).toExponential().split('e');
  return { digits: mantissa.replace('.', '').length, exponent: Number(exponent) };
}
