import type { MessagesAnswer } from '../../lib/protocol/answers.ts';
import type { ClientFrame } from '../../lib/protocol/client-frames.ts';
import type { Message } from '../../lib/protocol/message.ts';

type HistoryFrame = Extract<ClientFrame, { action: 'history' }>;
type Page = Pick<MessagesAnswer, 'messages' | 'hidden' | 'next' | 'complete'>;

/** What the history has at a seq: the message, nothing on purpose, or nothing that it can give. */
export type Fate = 'kept' | 'hidden' | 'lost';

/** One room's messages, as the server answers them: by pages that may be short or empty and still have a next one. */
export class ModelLog {
  readonly messages: Message[] = [];
  /** The history does not reach back behind this seq. */
  forgotten = 0;
  /** How many seqs the next answer looks at. */
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

  /** Before it was forgotten there was nothing to be shown either. */
  wasHidden(seq: number): boolean {
    return this.#fates.get(seq) === 'hidden';
  }

  /** The seqs between the two, oldest first: as many as fit. */
  repaired(afterSeq: number, beforeSeq: number): Page {
    const end = beforeSeq === 0 ? this.seq : Math.min(beforeSeq - 1, this.seq);
    const last = Math.min(end, afterSeq + this.pageSeqs());
    const seqs = Array.from({ length: Math.max(0, last - afterSeq) }, (_, index) => afterSeq + 1 + index);
    const hidden = seqs.filter((seq) => this.fateOf(seq) === 'hidden');
    const complete = seqs.every((seq) => this.fateOf(seq) !== 'lost');
    return { messages: this.#kept(seqs), hidden, complete, ...(last < end ? { next: last } : {}) };
  }

  /** By time, or from where the page before it has ended. */
  history({ timestampMs, order, count, cursor }: Omit<HistoryFrame, 'action' | 'id' | 'room'>): Page {
    const step = order === 'descending' ? -1 : 1;
    let seq = cursor ?? this.#edge(timestampMs, order);
    const found: Message[] = [];
    const isOver = () => (step < 0 ? seq <= 1 : seq >= this.seq);
    for (let looked = this.pageSeqs(); looked > 0 && found.length < count && !isOver(); looked -= 1) {
      seq += step;
      found.push(...this.#kept([seq]));
    }
    return { messages: found, complete: true, ...(isOver() ? {} : { next: seq }) };
  }

  #kept(seqs: readonly number[]): readonly Message[] {
    return seqs.flatMap((seq) => (this.fateOf(seq) === 'kept' ? this.messages.slice(seq - 1, seq) : []));
  }

  /** The seq next to the first that is wanted. Times never decrease. */
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
