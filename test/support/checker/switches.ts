import { type CallRecord, firstNotBelow } from './calls.ts';
import type { Operation } from './history.ts';

/** What is switched on and off by calls, such as a user on an allowlist. */
export class Switch {
  readonly #on: CallRecord[] = [];
  readonly #off: CallRecord[] = [];
  /** The latest answer to the calls that switched it off, up to each of them. */
  readonly #lastAnswer: number[] = [];

  add(record: CallRecord, on: boolean): void {
    if (on) this.#on.push(record);
    else {
      this.#off.push(record);
      this.#lastAnswer.push(Math.max(record.answerIndex, this.#lastAnswer.at(-1) ?? -1));
    }
  }

  /** The call by which it is on for certain: none that could undo it had begun. */
  surely(index: number, sinceIndex = -1): CallRecord | undefined {
    const offs = firstNotBelow(this.#off, index, (off) => off.index);
    const from = Math.max(sinceIndex + 1, this.#lastAnswer[offs - 1] ?? -1);
    for (let last = firstNotBelow(this.#on, index, (on) => on.index) - 1; last >= 0; last -= 1) {
      const on = this.#on[last];
      if (on === undefined || on.index < from) return undefined;
      if (on.answer?.code === 0 && on.answerIndex < index) return on;
    }
    return undefined;
  }

  /** It may have been on: some call may have done it, and none has undone it for certain. */
  maybeOn(index: number): boolean {
    return this.maybe(index, index).length > 0;
  }

  /** The calls begun by then that may hold still, as far as those say that were answered before. */
  maybe(index: number, answeredBefore: number): readonly CallRecord[] {
    const undone = this.#off.findLast((off) => off.answer?.code === 0 && off.answerIndex < answeredBefore)?.index ?? -1;
    return this.#on.filter((on) => on.index < index && on.answerIndex >= undone);
  }

  /** It was off for certain, by a call. */
  surelyOff(index: number, sinceIndex = -1): boolean {
    return this.#off.some(
      (off) =>
        off.answer?.code === 0 &&
        off.answerIndex < index &&
        off.index > sinceIndex &&
        !this.#on.some((on) => on.index < index && on.answerIndex > off.index),
    );
  }

  /** The last answer before this index to a call that switched it off; -1 without one. */
  lastOff(index: number): number {
    const answers = this.#off.filter((off) => off.answer?.code === 0 && off.answerIndex < index);
    return Math.max(-1, ...answers.map((off) => off.answerIndex));
  }

  get ons(): readonly CallRecord[] {
    return this.#on;
  }
}

/** The switches of one kind, by room and user. */
export class Switches {
  readonly #byKey = new Map<string, Switch>();
  readonly #users = new Map<string, string[]>();

  constructor(records: readonly CallRecord[], on: Operation, off: Operation) {
    for (const record of records) {
      const { op, room, args } = record.call;
      if (op !== on && op !== off) continue;
      const isOn = op === on && args.on !== false;
      const key = switchKey(room, args.user ?? '');
      const found = this.#byKey.get(key) ?? new Switch();
      if (!this.#byKey.has(key)) this.#users.set(room, [...this.usersOf(room), args.user ?? '']);
      this.#byKey.set(key, found);
      found.add(record, isOn);
    }
  }

  /** All users of the room for which a call has switched it. */
  usersOf(room: string): readonly string[] {
    return this.#users.get(room) ?? [];
  }

  get(room: string, user: string): Switch | undefined {
    return this.#byKey.get(switchKey(room, user));
  }
}

const switchKey = (room: string, user: string) => `${room}\n${user}`;
