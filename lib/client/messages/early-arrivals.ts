import type { Message } from '../../protocol/message.ts';

/** Why a seq comes without a message: the app sent it and has it, or the seq is hidden. */
export type NoMessage = 'own' | 'hidden';

/** A seq, and what has arrived for it. */
export interface Arrival {
  readonly seq: number;
  readonly message: Message | NoMessage;
}

/**
 * Arrivals in the order of their seqs, each seq once. Immutable for its users. Lists that grew from one another share
 * one array, so that in a room with a missing seq each further push costs the same, however many wait already.
 */
export class EarlyArrivals {
  static readonly none: EarlyArrivals = new EarlyArrivals([], 0, 0);

  /** Sorted; a list never changes what lies between its own bounds. */
  readonly #items: Arrival[];
  readonly #from: number;
  readonly #to: number;

  private constructor(items: Arrival[], from: number, to: number) {
    this.#items = items;
    this.#from = from;
    this.#to = to;
  }

  get length(): number {
    return this.#to - this.#from;
  }

  get first(): Arrival | undefined {
    return this.at(0);
  }

  get last(): Arrival | undefined {
    return this.at(this.length - 1);
  }

  at(index: number): Arrival | undefined {
    return index < 0 || index >= this.length ? undefined : this.#items[this.#from + index];
  }

  find(seq: number): Arrival | undefined {
    const arrival = this.at(this.#indexOf(seq));
    return arrival?.seq === seq ? arrival : undefined;
  }

  /** How many of the first ones have seqs up to this one. */
  countThrough(seq: number): number {
    return this.#indexOf(seq + 1);
  }

  get all(): readonly Arrival[] {
    return this.take(this.length);
  }

  /** The first `count`. */
  take(count: number): readonly Arrival[] {
    return this.#items.slice(this.#from, this.#from + Math.min(count, this.length));
  }

  /** All but the first `count`. */
  skip(count: number): EarlyArrivals {
    const from = this.#from + count;
    if (count === 0) return this;
    return from >= this.#to ? EarlyArrivals.none : new EarlyArrivals(this.#items, from, this.#to);
  }

  without(seq: number): EarlyArrivals {
    const index = this.#indexOf(seq);
    if (this.at(index)?.seq !== seq) return this;
    const items = [...this.take(index), ...this.skip(index + 1).all];
    return new EarlyArrivals(items, 0, items.length);
  }

  /** With these too, in any order; of two for one seq the first stays, unless the second is its recall. */
  with(arrivals: readonly Arrival[]): EarlyArrivals {
    let list: EarlyArrivals = this;
    const sorted = arrivals.length > 1 ? [...arrivals].sort((a, b) => a.seq - b.seq) : arrivals;
    const isBehind = sorted[0] !== undefined && sorted[0].seq > (this.last?.seq ?? 0);
    if (!isBehind && sorted.length > 1) return this.#merged(sorted);
    for (const arrival of sorted) list = list.#plus(arrival);
    return list;
  }

  #plus(arrival: Arrival): EarlyArrivals {
    if (arrival.seq > (this.last?.seq ?? 0)) return this.#appended(arrival);
    const index = this.#indexOf(arrival.seq);
    const known = this.at(index);
    if (known?.seq === arrival.seq && !isRecallOf(known, arrival)) return this;
    const items = this.#items.slice(this.#from, this.#to);
    items.splice(index, known?.seq === arrival.seq ? 1 : 0, arrival);
    return new EarlyArrivals(items, 0, items.length);
  }

  /** Uses the shared array if nothing of another list lies behind this one. */
  #appended(arrival: Arrival): EarlyArrivals {
    const isLast = this.length > 0 && this.#items.length === this.#to;
    const items = isLast ? this.#items : this.#items.slice(this.#from, this.#to);
    items.push(arrival);
    return new EarlyArrivals(items, isLast ? this.#from : 0, items.length);
  }

  #merged(sorted: readonly Arrival[]): EarlyArrivals {
    const items: Arrival[] = [];
    const put = (arrival: Arrival) => {
      const last = items[items.length - 1];
      if (last === undefined || last.seq < arrival.seq) items.push(arrival);
      else if (isRecallOf(last, arrival)) items[items.length - 1] = arrival;
    };
    let index = 0;
    for (const arrival of sorted) {
      for (let own = this.at(index); own !== undefined && own.seq <= arrival.seq; own = this.at(index)) {
        put(own);
        index += 1;
      }
      put(arrival);
    }
    items.push(...this.skip(index).all);
    return new EarlyArrivals(items, 0, items.length);
  }

  /** The index of the first arrival with this seq or a later one. */
  #indexOf(seq: number): number {
    let [from, to] = [0, this.length];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if ((this.at(middle)?.seq ?? 0) < seq) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** Is `next` the note that replaces this message? The push of the recall was lost, or is on its way. */
function isRecallOf({ message }: Arrival, next: Arrival): boolean {
  return typeof message !== 'string' && typeof next.message !== 'string' && next.message.recalled === true;
}
