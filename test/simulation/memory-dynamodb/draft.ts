import { validationError } from './errors.ts';
import type { PlainPath } from './expressions.ts';
import { isList, isMap, type MapValue, setIn, type Value, valueIn } from './values.ts';

type OpenMap = Record<string, Value>;
type OpenList = (Value | undefined)[];

/** What happens to a list: its indexes stay those of the row before until the update is done. */
interface ListChange {
  readonly removed: Set<number>;
  readonly appended: [index: number, value: Value][];
}

/** A row under change: what leads to a change is copied once, the rest is shared with the row before. */
export class Draft {
  readonly #root: OpenMap;
  readonly #copies = new Set<object>();
  readonly #lists = new Map<OpenList, ListChange>();

  constructor(before: MapValue) {
    this.#root = { ...before };
    this.#copies.add(this.#root);
  }

  set(path: PlainPath, value: Value): void {
    const parent = this.#parentOf(path);
    const step = path.at(-1);
    if (Array.isArray(parent)) {
      const index = Number(step);
      if (index < parent.length) parent[index] = value;
      else this.#changeOf(parent).appended.push([index, value]);
    } else setIn(parent, String(step), value);
  }

  remove(path: PlainPath): void {
    const parent = this.#parentOf(path);
    const step = path.at(-1);
    if (Array.isArray(parent)) this.#changeOf(parent).removed.add(Number(step));
    else delete parent[String(step)];
  }

  finish(): MapValue {
    for (const [list, { removed, appended }] of this.#lists) {
      const kept = list.filter((_, index) => !removed.has(index));
      appended.sort(([one], [other]) => one - other);
      list.splice(0, list.length, ...kept, ...appended.map(([, value]) => value));
    }
    return this.#root;
  }

  #changeOf(list: OpenList): ListChange {
    const change = this.#lists.get(list) ?? { removed: new Set<number>(), appended: [] };
    this.#lists.set(list, change);
    return change;
  }

  /** The map or the list that the last step is taken in. */
  #parentOf(path: PlainPath): OpenMap | OpenList {
    let parent: OpenMap | OpenList = this.#root;
    for (let depth = 0; depth < path.length - 1; depth += 1) {
      const step = path[depth] as string | number;
      checkStep(parent, step);
      const child = childIn(parent, step);
      if (!isMap(child) && !isList(child)) throw invalidPath();
      parent = this.#open(parent, step, child);
    }
    checkStep(parent, path.at(-1) as string | number);
    return parent;
  }

  #open(parent: OpenMap | OpenList, step: string | number, child: MapValue | readonly Value[]): OpenMap | OpenList {
    if (this.#copies.has(child)) return child as OpenMap | OpenList;
    const copy: OpenMap | OpenList = isList(child) ? [...child] : { ...child };
    this.#copies.add(copy);
    if (Array.isArray(parent)) parent[Number(step)] = copy as Value;
    else setIn(parent, String(step), copy as Value);
    return copy;
  }
}

const childIn = (parent: OpenMap | OpenList, step: string | number): Value | undefined =>
  Array.isArray(parent) ? parent[Number(step)] : valueIn(parent, String(step));

function checkStep(parent: OpenMap | OpenList, step: string | number): void {
  if (Array.isArray(parent) !== (typeof step === 'number')) throw invalidPath();
}

const invalidPath = () => validationError('The document path provided in the update expression is invalid for update');
