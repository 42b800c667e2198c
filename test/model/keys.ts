import type { State } from './system.ts';
import type { World } from './world.ts';

/**
 * Short names of states: each row, and each other part of the world, gets a number. Parts that are kept are the same objects
 * where they are equal, so that few have to be compared as text.
 */
export class Keys {
  readonly #numbers = new Map<string, number>();
  readonly #parts: object[] = [];
  readonly #known = new WeakMap<object, number>();

  of({ world, nodes, left }: State): string {
    const codes = [
      world.now * 2 + (world.realTime ? 1 : 0),
      world.hasDied ? 1 : 0,
      world.epochs,
      world.lastUse + 1,
      ...left,
    ];
    for (const part of partsOf(world)) codes.push(part === null ? 0 : this.#number(part));
    for (const { id } of nodes) codes.push(id >>> 15, id & 0x7fff);
    return String.fromCharCode(...codes);
  }

  /** The same state, of parts that are known. */
  kept(state: State): State {
    const own = <T extends object | null>(part: T): T => (part === null ? part : (this.#own(part) as T));
    const { world } = state;
    const [room, staleRoom, rows, links, sockets] = [
      world.room,
      world.staleRoom,
      world.rows,
      world.links,
      world.sockets,
    ];
    const parts = {
      room: own(room),
      staleRoom: own(staleRoom),
      rows: own(rows),
      links: own(links),
      sockets: own(sockets),
    };
    const { sessions, noted, access, facts, stream, watch } = world;
    const more = { sessions: own(sessions), noted: own(noted), access: own(access), facts: own(facts) };
    return { ...state, world: { ...world, ...parts, ...more, stream: own(stream), watch: own(watch) } };
  }

  /** Equal for equal results of a step. */
  ofResult(result: unknown): string {
    return typeof result === 'object' && result !== null ? `#${this.#number(result)}` : String(result);
  }

  #own(part: object): object {
    const number = this.#number(part);
    const own = this.#parts[number];
    if (own !== undefined) return own;
    const next = Array.isArray(part)
      ? part.map((item) => (typeof item === 'object' && item !== null ? this.#own(item) : item))
      : part;
    this.#parts[number] = next;
    this.#known.set(next, number);
    return next;
  }

  #number(part: object): number {
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const text = Array.isArray(part) ? this.#list(part) : JSON.stringify(part);
    const number = this.#numbers.get(text) ?? this.#numbers.size + 1;
    if (number > 0xffff) throw new Error('unable to name a state; it has too many different parts');
    this.#numbers.set(text, number);
    return number;
  }

  #list(items: readonly unknown[]): string {
    let text = '[';
    for (const item of items)
      text += `${typeof item === 'object' && item !== null ? this.#number(item) : String(item)},`;
    return text;
  }
}

const partsOf = (world: World): readonly (object | null)[] => [
  ...[world.room, world.staleRoom, world.rows, world.links, world.sockets, world.sessions, world.noted],
  ...[world.access, world.facts, world.stream, world.watch],
];
