import { ChatError, READER_TOO_SLOW } from './chat-error.ts';

/** So many items may wait for a loop. */
const BACKLOG_MAX = 1000;

/**
 * What happens, for `for await`. Each loop gets every item from where it begins; the first one from where the stream
 * began. A loop may be 1,000 items behind. Where it would be more, it gets those, and then a `ChatError` of the code
 * `READER_TOO_SLOW`: it never misses an item without noticing. It ends by itself when nothing more can come.
 */
export type Stream<Item> = AsyncIterable<Item>;

/** A stream, and what fills it. */
export class Source<Item> {
  readonly stream: Stream<Item> = { [Symbol.asyncIterator]: () => this.#take() };
  readonly #readers = new Set<Reader<Item>>();
  #isEnded: boolean = false;
  /** Keeps what comes before the first loop. */
  #first: Reader<Item> | undefined = this.#newReader();

  put(item: Item): void {
    for (const reader of [...this.#readers]) reader.put(item);
  }

  end(): void {
    this.#isEnded = true;
    for (const reader of [...this.#readers]) reader.end(undefined);
  }

  #take(): Reader<Item> {
    const reader = this.#first ?? this.#newReader();
    this.#first = undefined;
    return reader;
  }

  #newReader(): Reader<Item> {
    const reader: Reader<Item> = new Reader(() => this.#readers.delete(reader));
    this.#readers.add(reader);
    if (this.#isEnded) reader.end(undefined);
    return reader;
  }
}

interface Waiting<Item> {
  resolve(result: IteratorResult<Item>): void;
  reject(error: unknown): void;
}

/** One loop. */
class Reader<Item> implements AsyncIterator<Item> {
  readonly #ended: () => void;
  #items: Item[] = [];
  readonly #waiting: Waiting<Item>[] = [];
  #isEnded: boolean = false;
  #error: ChatError | undefined;

  constructor(ended: () => void) {
    this.#ended = ended;
  }

  next(): Promise<IteratorResult<Item>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  async return(): Promise<IteratorResult<Item>> {
    this.#items = [];
    this.end(undefined);
    return { done: true, value: undefined };
  }

  put(item: Item): void {
    if (this.#items.length < BACKLOG_MAX) {
      this.#items.push(item);
      this.#serve();
    } else this.end(new ChatError('keep up', READER_TOO_SLOW));
  }

  end(error: ChatError | undefined): void {
    this.#isEnded = true;
    this.#error = error;
    this.#ended();
    this.#serve();
  }

  /** Hands what there is to the callers that wait for it. */
  #serve(): void {
    while (this.#items.length > 0 || this.#isEnded) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return;
      const error = this.#error;
      if (this.#items.length > 0) waiting.resolve({ done: false, value: this.#items.shift() as Item });
      else if (error === undefined) waiting.resolve({ done: true, value: undefined });
      else {
        this.#error = undefined;
        waiting.reject(error);
      }
    }
  }
}
