import { compareTexts, type MapValue } from './values.ts';

/** A row from one write to the next; without an item it is not there. */
export interface Version {
  readonly item: MapValue | undefined;
  readonly bytes: number;
  /** Of the write that made it; all writes of a table count. */
  readonly sequence: number;
}

export interface Slot {
  /** By which the slots of a partition sort. In the index it is the position of an entry. */
  readonly sk: string;
  current: Version;
  /** Oldest first; empty in a table that keeps none. */
  readonly past: Version[];
}

interface Partition {
  readonly bySk: Map<string, Slot>;
  /** By sort key. */
  readonly slots: Slot[];
  /** Its writes; empty in a table that keeps no versions. */
  readonly writes: { readonly sequence: number; readonly atMs: number }[];
}

const NEVER: Version = { item: undefined, bytes: 0, sequence: 0 };

/** The rows by their keys, and what they were before. */
export class RowVersions {
  readonly #partitions = new Map<string, Partition>();
  readonly #keepsPast: boolean;
  readonly #now: () => number;
  readonly #lagMaxMs: number;
  #sequence = 0;

  /** `lagMaxMs`: a view of a partition has all writes that are older. */
  constructor(keepsPast: boolean, now: () => number, lagMaxMs: number) {
    this.#keepsPast = keepsPast;
    this.#now = now;
    this.#lagMaxMs = lagMaxMs;
  }

  /** The row, or what it was so many of its own writes ago. */
  get(pk: string, sk: string, versionsBack = 0): Version {
    const slot = this.#partitions.get(pk)?.bySk.get(sk);
    if (slot === undefined) return NEVER;
    return versionsBack === 0 ? slot.current : (slot.past.at(-versionsBack) ?? NEVER);
  }

  put(pk: string, sk: string, item: MapValue | undefined, bytes: number): Version {
    this.#sequence += 1;
    const version = { item, bytes, sequence: this.#sequence };
    const partition = this.#partitions.get(pk) ?? this.#addPartition(pk);
    const slot = partition.bySk.get(sk);
    if (this.#keepsPast) partition.writes.push({ sequence: version.sequence, atMs: this.#now() });
    if (slot === undefined) insert(partition, { sk, current: version, past: this.#keepsPast ? [NEVER] : [] });
    else if (this.#keepsPast || item !== undefined) {
      if (this.#keepsPast) slot.past.push(slot.current);
      slot.current = version;
    } else this.#take(pk, partition, sk);
    return version;
  }

  /** The slots of a partition in the order of their sort keys. */
  slotsOf(pk: string): readonly Slot[] {
    return this.#partitions.get(pk)?.slots ?? [];
  }

  /**
   * How the rows of a partition are seen so many of its writes ago: a replica that is behind has all writes up to some
   * point and none after it.
   */
  viewOf(pk: string, writesBack: number): (slot: Slot) => Version {
    const writes = this.#partitions.get(pk)?.writes ?? [];
    const fromMs = this.#now() - this.#lagMaxMs;
    const unseen = writesBack === 0 ? [] : writes.slice(-writesBack).filter(({ atMs }) => atMs > fromMs);
    const before = unseen[0]?.sequence ?? Number.POSITIVE_INFINITY;
    return ({ current, past }) =>
      current.sequence < before ? current : (past.findLast(({ sequence }) => sequence < before) ?? NEVER);
  }

  *rows(): Generator<{ readonly pk: string; readonly sk: string; readonly item: MapValue }> {
    for (const [pk, { slots }] of this.#partitions) {
      for (const { sk, current } of slots) if (current.item !== undefined) yield { pk, sk, item: current.item };
    }
  }

  #addPartition(pk: string): Partition {
    const partition: Partition = { bySk: new Map(), slots: [], writes: [] };
    this.#partitions.set(pk, partition);
    return partition;
  }

  #take(pk: string, { bySk, slots }: Partition, sk: string): void {
    bySk.delete(sk);
    slots.splice(
      firstSlot(slots, (each) => compareTexts(each, sk) >= 0),
      1,
    );
    if (slots.length === 0) this.#partitions.delete(pk);
  }
}

function insert({ bySk, slots }: Partition, slot: Slot): void {
  bySk.set(slot.sk, slot);
  const last = slots.at(-1);
  if (last === undefined || compareTexts(last.sk, slot.sk) < 0) slots.push(slot);
  else
    slots.splice(
      firstSlot(slots, (sk) => compareTexts(sk, slot.sk) > 0),
      0,
      slot,
    );
}

/** The index of the first slot from which on the condition holds. */
export function firstSlot(slots: readonly Slot[], holdsFrom: (sk: string) => boolean): number {
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holdsFrom(slots[middle]?.sk ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}
