import { NotModelled } from './errors.ts';
import {
  hasMember,
  isBinary,
  isList,
  isSet,
  type MapValue,
  type SetMember,
  type SetValue,
  type Value,
} from './values.ts';

/*
 * The border of the table: what comes in and what goes out is copied here, as the document client of the store does it
 * with `removeUndefinedValues`. Its errors have no status, as those of the real one, which come before any request.
 */

/** A copy of what a caller gives. */
export function takeValue(data: unknown): Value {
  if (typeof data === 'string' || typeof data === 'boolean' || data === null) return data;
  if (typeof data === 'number') return takeNumber(data);
  if (typeof data !== 'object') throw unsupported(data);
  if (Array.isArray(data)) return takeList(data);
  if (data instanceof Set) return takeSet(data);
  if (isBinary(data)) return new Uint8Array(data);
  if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) throw new NotModelled('binary values but Uint8Array');
  if (data instanceof Map) throw new NotModelled('values of the class Map');
  // The SDK checks it the same way: to it an object with the key `constructor` is not a map.
  if (data.constructor === undefined || data.constructor?.name === 'Object') return takeMap(data);
  throw unsupported(data);
}

/** Without undefined values, and without `__proto__`, which the SDK loses. */
export function takeMap(data: object): MapValue {
  const map: Record<string, Value> = {};
  const given = data as Readonly<Record<string, unknown>>;
  for (const name in given) {
    const value = given[name];
    if (value === undefined || typeof value === 'function' || name === '__proto__') continue;
    map[name] = typeof value === 'string' ? value : takeValue(value);
  }
  return map;
}

function takeNumber(number: number): number {
  if (!Number.isFinite(number)) throw new Error(`Special numeric value ${number} is not allowed`);
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER) {
    const side = number > 0 ? 'greater than Number.MAX_SAFE_INTEGER' : 'lesser than Number.MIN_SAFE_INTEGER';
    throw new Error(`Number ${number} is ${side}. Use NumberValue from @aws-sdk/lib-dynamodb.`);
  }
  // DynamoDB has one zero.
  return number === 0 ? 0 : number;
}

const takeList = (data: readonly unknown[]): readonly Value[] =>
  data.filter((value) => value !== undefined && typeof value !== 'function').map(takeValue);

function takeSet(data: ReadonlySet<unknown>): SetValue {
  const members = [...data].filter((member) => member !== undefined);
  const [first] = members;
  if (first === undefined) throw new Error('Pass a non-empty set, or options.convertEmptyValues=true.');
  if (typeof first !== 'string' && typeof first !== 'number' && !isBinary(first)) {
    throw new Error('Only Number Set (NS), Binary Set (BS) or String Set (SS) are allowed.');
  }
  if (members.some((member) => typeof member !== typeof first)) throw new NotModelled('sets of mixed types');
  const set = new Set<SetMember>();
  for (const member of members) {
    const taken = takeValue(member) as SetMember;
    if (hasMember(set, taken)) throw new NotModelled('sets with equal binary members');
    set.add(taken);
  }
  return set;
}

const unsupported = (data: unknown): Error =>
  new Error(
    `Unsupported type passed: ${String(data)}. Pass options.convertClassInstanceToMap=true to marshall typeof object as map attribute.`,
  );

/** A copy for a caller, who may change it. */
export function giveValue(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(giveValue);
  if (isBinary(value)) return new Uint8Array(value);
  if (isSet(value)) return new Set([...value].map(giveValue));
  return giveMap(value as MapValue);
}

export function giveMap(map: MapValue): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name in map) {
    const value = map[name] as Value;
    // An assignment as the SDK makes it, so that `__proto__` is lost here too.
    given[name] = typeof value === 'object' ? giveValue(value) : value;
  }
  return given;
}
