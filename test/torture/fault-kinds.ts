import type { Fault } from '../support/checker/history.ts';

/** What the run makes fail, and what the checker calls it. */
export const FAULTS = {
  'lambda-killed': 'crash',
  'lambda-stopped': 'crash',
  'socket-cut': 'network',
  'socket-mute': 'network',
  'socket-deaf': 'network',
  'socket-dead': 'network',
  'socket-stalled': 'network',
  'disconnect-lost': 'network',
  'disconnect-doubled': 'network',
  'disconnect-late': 'network',
  'table-restarted': 'storage',
  'table-throttled': 'storage',
  'table-refused': 'storage',
  'table-answer-lost': 'storage',
  'post-throttled': 'post',
  'post-failed': 'post',
  'post-answer-lost': 'post',
  'clock-skewed': 'clock',
  'sweep-lost': 'sweep',
  'sweep-doubled': 'other',
  'batch-repeated': 'other',
} as const satisfies Readonly<Record<string, Fault['what']>>;

export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];

/** Faults that wait for their occasion, and how often each kind has happened. */
export class Faults {
  readonly counts = new Map<FaultKind, number>();
  readonly #armed = new Map<FaultKind, number>();
  readonly #happened: (kind: FaultKind) => void;

  constructor(happened: (kind: FaultKind) => void) {
    this.#happened = happened;
  }

  /** The next `times` occasions fail in this way. */
  arm(kind: FaultKind, times: number): void {
    this.#armed.set(kind, times);
  }

  /** Whether this occasion fails in this way; if so, it counts. */
  take(kind: FaultKind): boolean {
    const left = this.#armed.get(kind) ?? 0;
    if (left === 0) return false;
    this.#armed.set(kind, left - 1);
    this.count(kind);
    return true;
  }

  /** The first of these that this occasion has to suffer. */
  takeOne<K extends FaultKind>(kinds: readonly K[]): K | undefined {
    return kinds.find((kind) => this.take(kind));
  }

  count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.#happened(kind);
  }

  /** From now on nothing fails. */
  disarm(): void {
    this.#armed.clear();
  }
}
