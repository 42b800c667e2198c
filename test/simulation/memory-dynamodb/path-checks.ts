import { ExpressionFault } from './errors.ts';
import { type Path, type Placeholders, type PlainPath, pathText, plainPath } from './expressions.ts';

/** What paths have in common, step by step; the path that ends here, if one does. */
interface Crossing {
  readonly next: Map<string | number, Crossing>;
  end?: PlainPath;
}

/** No path of an update or a projection may be another one or lead through it. */
export function checkPaths(paths: readonly Path[], placeholders: Placeholders): void {
  const root: Crossing = { next: new Map() };
  for (const path of paths) add(root, plainPath(path, placeholders));
}

function add(root: Crossing, path: PlainPath): void {
  let crossing = root;
  for (const step of path) {
    let next = crossing.next.get(step);
    if (next === undefined) {
      const [other] = crossing.next.keys();
      if (other !== undefined && typeof other !== typeof step) throw fault('conflict', anyPathFrom(crossing), path);
      next = { next: new Map() };
      crossing.next.set(step, next);
    }
    if (next.end !== undefined) throw fault('overlap', next.end, path);
    crossing = next;
  }
  if (crossing.next.size > 0) throw fault('overlap', anyPathFrom(crossing), path);
  crossing.end = path;
}

function anyPathFrom(crossing: Crossing): PlainPath {
  if (crossing.end !== undefined) return crossing.end;
  for (const next of crossing.next.values()) return anyPathFrom(next);
  return [];
}

const fault = (how: 'overlap' | 'conflict', one: PlainPath, other: PlainPath): ExpressionFault =>
  new ExpressionFault(
    `Two document paths ${how} with each other; must remove or rewrite one of these paths; ` +
      `path one: ${pathText(one)}, path two: ${pathText(other)}`,
  );
