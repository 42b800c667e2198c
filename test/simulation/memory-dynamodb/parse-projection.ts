import { ExpressionReader } from './expression-reader.ts';
import type { Parsed, Path, Placeholders, PlainPath } from './expressions.ts';
import { plainPath } from './expressions.ts';
import { checkPaths } from './path-checks.ts';
import { isList, isMap, type MapValue, setIn, type Value, valueIn } from './values.ts';

export function parseProjection(text: string): Parsed<readonly Path[]> {
  const reader = new ExpressionReader(text);
  const paths = reader.takeList(() => reader.takePath());
  if (paths.length > 1) reader.check((placeholders) => checkPaths(paths, placeholders));
  return reader.finish(paths);
}

/** The parts of a row that the paths lead to, in the maps and lists around them; lists lose their other items. */
export function project(paths: readonly Path[], item: MapValue, placeholders: Placeholders): MapValue {
  const plain = paths.map((path) => plainPath(path, placeholders));
  return (picked(item, plain, 0) ?? {}) as MapValue;
}

/** All the paths lead to or through this value, which is at this depth. */
function picked(value: Value | undefined, paths: readonly PlainPath[], depth: number): Value | undefined {
  if (value === undefined || paths.some((path) => path.length === depth)) return value;
  const steps = new Set(paths.map((path) => path[depth] as string | number));
  const below = (step: string | number) => paths.filter((path) => path[depth] === step);
  if (isList(value)) {
    const indexes = [...steps].filter((step) => typeof step === 'number').sort((one, other) => one - other);
    const found = indexes.flatMap((index) => picked(value[index], below(index), depth + 1) ?? []);
    return found.length === 0 ? undefined : found;
  }
  if (!isMap(value)) return undefined;
  const map: Record<string, Value> = {};
  for (const step of steps) {
    const found = typeof step === 'string' ? picked(valueIn(value, step), below(step), depth + 1) : undefined;
    if (found !== undefined) setIn(map, String(step), found);
  }
  return Object.keys(map).length === 0 ? undefined : map;
}
