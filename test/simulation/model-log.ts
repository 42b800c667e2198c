/*
 * Models the message log of one room: which seqs its history still has, and how it pages.
 * Clock: none; each message brings its time. Chance: only through `pageSeqs`, which the test sets.
 */

import type { MessagesAnswer } from '../../lib/protocol/answers.ts';
import type { ClientFrame } from '../../lib/protocol/client-frames.ts';
import type { Message } from '../../lib/protocol/message.ts';

type HistoryFrame = Extract<ClientFrame, { action: 'history' }>;
type Page = Pick<MessagesAnswer, 'messages' | 'hidden' | 'next' | 'complete'>;

/** What the history has at a seq: the message; nothing, on purpose; or a message that it cannot return. */
export type Fate = 'kept' | 'hidden' | 'lost';

/** One room's messages, served as the server does: a page may be short or empty and still have a next one. */
export class ModelLog {
  readonly messages: Message[] = [];
  /** The history has lost everything up to this seq. */
  forgotten = 0;
  /** How many seqs the next answer reads. */
  pageSeqs: () => number = () => 50;
  readonly #fates = new Map<number, Fate>();

  get seq(): number {
    return this.messages.length;
  }

  add(message: Omit<Message, 'seq' | 'messageId'>, fate: Fate): Message {
    const seq = this.seq + 1;
    const stored = { seq, messageId: `m${seq}`, ...message };
    this.messages.push(stored);
    this.setFate(seq, fate);
    return stored;
  }

  setFate(seq: number, fate: Fate): void {
    this.#fates.set(seq, fate);
  }

  fateOf(seq: number): Fate {
    return seq <= this.forgotten ? 'lost' : (this.#fates.get(seq) ?? 'kept');
  }

  /** There was nothing to show at this seq, even before the history lost it. */
  wasHidden(seq: number): boolean {
    return this.#fates.get(seq) === 'hidden';
  }

  /** The seqs between the two, oldest first, as many as fit on a page. */
  repaired(afterSeq: number, beforeSeq: number): Page {
    const end = beforeSeq === 0 ? this.seq : Math.min(beforeSeq - 1, this.seq);
    const last = Math.min(end, afterSeq + this.pageSeqs());
    const seqs = Array.from({ length: Math.max(0, last - afterSeq) }, (_, index) => afterSeq + 1 + index);
    const hidden = seqs.filter((seq) => this.fateOf(seq) === 'hidden');
    const complete = seqs.every((seq) => this.fateOf(seq) !== 'lost');
    return { messages: this.#kept(seqs), hidden, complete, ...(last < end ? { next: last } : {}) };
  }

  /** By time, or from the end of the page before. */
  history({ timestampMs, order, count, cursor }: Omit<HistoryFrame, 'action' | 'id' | 'room'>): Page {
    const step = order === 'descending' ? -1 : 1;
    let seq = cursor ?? this.#edge(timestampMs, order);
    const found: Message[] = [];
    const isOver = () => (step < 0 ? seq <= 1 : seq >= this.seq);
    for (let left = this.pageSeqs(); left > 0 && found.length < count && !isOver(); left -= 1) {
      seq += step;
      found.push(...this.#kept([seq]));
    }
    return { messages: found, complete: true, ...(isOver() ? {} : { next: seq }) };
  }

  #kept(seqs: readonly number[]): readonly Message[] {
    return seqs.flatMap((seq) => (this.fateOf(seq) === 'kept' ? this.messages.slice(seq - 1, seq) : []));
  }

  /** The seq just before the first one that is wanted, in the order of reading. Times never decrease. */
  #edge(timestampMs: number, order: HistoryFrame['order']): number {
    if (timestampMs === 0) return order === 'descending' ? this.seq + 1 : 0;
    const isBefore = ({ sentAtMs }: Message) =>
      order === 'descending' ? sentAtMs < timestampMs : sentAtMs <= timestampMs;
    let [from, to] = [0, this.seq];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      const message = this.messages[middle];
      if (message !== undefined && isBefore(message)) from = middle + 1;
      else to = middle;
    }
    return order === 'descending' ? from + 1 : from;
  }
}
