import type { State } from './system.ts';

/** Short names of states: each row, and each other part of the world, gets a number. */
export class Keys {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();

  of({ world, nodes, left }: State): string {
    const codes = [world.now * 2 + (world.realTime ? 1 : 0), world.epochs, world.lastUse + 1];
    this.#add(codes, world.room, world.rows, world.links, world.sockets, world.sessions, world.noted);
    this.#add(codes, world.access, world.facts, world.stream, left);
    codes.push(world.staleRoom === null ? 0 : this.#number(world.staleRoom));
    codes.push(world.watch === null ? 0 : this.#number(world.watch));
    for (const { id } of nodes) codes.push(id >>> 15, id & 0x7fff);
    return String.fromCharCode(...codes);
  }

  /** Equal for equal results of a step. */
  ofResult(result: unknown): string {
    return typeof result === 'object' && result !== null ? `#${this.#number(result)}` : String(result);
  }

  #add(codes: number[], ...parts: readonly object[]): void {
    for (const part of parts) codes.push(this.#number(part));
  }

  #number(part: object): number {
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const text = Array.isArray(part) ? this.#list(part) : JSON.stringify(part);
    const number = this.#numbers.get(text) ?? this.#numbers.size + 1;
    if (number > 0xffff) throw new Error('unable to name a state; it has too many different parts');
    this.#numbers.set(text, number);
    this.#known.set(part, number);
    return number;
  }

  #list(items: readonly unknown[]): string {
    let text = '[';
    for (const item of items)
      text += `${typeof item === 'object' && item !== null ? this.#number(item) : String(item)},`;
    return text;
  }
}
