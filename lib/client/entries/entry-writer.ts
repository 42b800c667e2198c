import type { Answer } from '../../protocol/answers.ts';
import type { ClientFrame } from '../../protocol/client-frames.ts';
import { Code } from '../../protocol/codes.ts';
import { frameBytes, isEntryValue, splitEntries } from '../../protocol/frame-size.ts';
import { FRAME_BYTES_MAX } from '../../protocol/limits.ts';
import { isRefusal, type Operations } from '../room/operations.ts';
import { joinOutcomes, type PartOutcome } from './entry-batches.ts';
import type { EntryEvent } from './entry-state.ts';

/** The longest id that `Requests` can give. */
const LONGEST_ID = String(Number.MAX_SAFE_INTEGER);

/** Entries to set. */
export interface EntriesToSet {
  readonly entries: ReadonlyMap<string, string>;
  /** They are removed when this user's membership ends. */
  readonly autoDelete: boolean;
  /** Also entries of another user. */
  readonly overwrite: boolean;
}

/** `errors` has the code of each key that was not changed. */
export type EntriesWritten = (code: number, errors: Map<string, number>) => void;

/** What the writer reports to its room. */
export interface EntryWriterEvents {
  /** The server has made this change, or may have. */
  done(operation: EntryEvent['operation'], entries: ReadonlyMap<string, string>): void;
  settled(answer: Answer): void;
}

/** Changes the entries of one room, in the order of the calls. */
export class EntryWriter {
  readonly #roomId: string;
  readonly #operations: Operations;
  readonly #events: EntryWriterEvents;

  constructor(roomId: string, operations: Operations, events: EntryWriterEvents) {
    this.#roomId = roomId;
    this.#operations = operations;
    this.#events = events;
  }

  set(given: EntriesToSet, written: EntriesWritten): void {
    const parts = this.#partsOf(given);
    const outcomes: PartOutcome[] = [];
    for (const part of parts) {
      this.#operations.add({
        kind: 'setEntries',
        frameOf: (id) => this.#frameOf(id, given, part),
        late: (answer) => this.#changed('set', part, answer),
        settle: (answer, { isOpen }) => {
          outcomes.push(this.#outcome('set', part, answer, answer.code));
          if (isOpen) this.#events.done('set', part);
          if (outcomes.length === parts.length) {
            const { code, errors } = joinOutcomes(outcomes);
            written(code, errors);
          }
          this.#events.settled(answer);
        },
      });
    }
  }

  remove(keys: readonly string[], force: boolean, written: EntriesWritten): void {
    const part = new Map(keys.map((key) => [key, '']));
    this.#operations.add({
      kind: 'removeEntries',
      frameOf: (id) => ({ action: 'removeEntries', id, room: this.#roomId, keys, force }),
      late: (answer) => this.#changed('remove', part, answer),
      settle: (answer, { attempts, isOpen }) => {
        const isGone = attempts > 1 && isNothingLeft(answer);
        if (isOpen) this.#events.done('remove', part);
        const { code, errors } = this.#outcome('remove', part, answer, isGone ? Code.OK : answer.code);
        written(code, errors);
        this.#events.settled(answer);
      },
    });
  }

  /** A batch with one bad value is not split, so that the server refuses all of it and sets nothing. */
  #partsOf(given: EntriesToSet): readonly ReadonlyMap<string, string>[] {
    const { entries } = given;
    if (![...entries.values()].every(isEntryValue)) return [entries];
    return splitEntries(entries, FRAME_BYTES_MAX - frameBytes(this.#frameOf(LONGEST_ID, given, new Map())));
  }

  #frameOf(id: string, { autoDelete, overwrite }: EntriesToSet, part: ReadonlyMap<string, string>): ClientFrame {
    return { action: 'setEntries', id, room: this.#roomId, entries: Object.fromEntries(part), autoDelete, overwrite };
  }

  #outcome(
    operation: EntryEvent['operation'],
    part: ReadonlyMap<string, string>,
    answer: Answer,
    code: number,
  ): PartOutcome {
    const errors = this.#changed(operation, part, answer, code);
    return { keys: [...part.keys()], code, errors };
  }

  /** Returns the code of each key that is not changed. */
  #changed(
    operation: EntryEvent['operation'],
    part: ReadonlyMap<string, string>,
    answer: Answer,
    code: number = answer.code,
  ): Map<string, number> {
    const errors = new Map(code === Code.OK ? [] : Object.entries((isRefusal(answer) && answer.errors) || {}));
    if (code === Code.OK || code === Code.ENTRIES_DONE_IN_PART) {
      const done = [...part].filter(([key]) => !errors.has(key));
      this.#events.done(operation, new Map(done));
    }
    return errors;
  }
}

/** No key is left to remove: an earlier attempt, whose answer was lost, has removed them. */
function isNothingLeft(answer: Answer): boolean {
  if (!isRefusal(answer)) return false;
  const codes = answer.code === Code.ENTRIES_DONE_IN_PART ? Object.values(answer.errors ?? {}) : [answer.code];
  return codes.length > 0 && codes.every((code) => code === Code.NO_SUCH_ENTRY);
}
