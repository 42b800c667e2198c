import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { PostResult, Push } from '../../lib/push/push.ts';

/** What one connection has got, as its client would count it. */
interface Heard {
  nextSeq: number;
  repeats: number;
  /** Seqs that a later frame has shown to be missing. */
  readonly gaps: Set<number>;
  /** A sender has these with the answers, and may get no frame of them. */
  readonly own: Set<number>;
}

/** What became of the messages at all connections. */
export interface Verdict {
  /** Messages that a connection lacks, and nothing has shown it. */
  readonly lost: number;
  /** Messages that a connection lacks, and knows of. */
  readonly gaps: number;
  readonly repeats: number;
}

/** When a message reached its first and its last connection, ms since 1970; repeats do not count. */
export interface Reached {
  readonly firstAtMs: number;
  lastAtMs: number;
  connections: number;
}

/** Connections that take each frame after the same time, and remember what they got. */
export class Sink implements Push {
  /** Frames by the second in which their posts began. */
  readonly postsBySecond = new Map<number, number>();
  readonly reached = new Map<number, Reached>();
  posts = 0;
  mostInFlight = 0;
  #inFlight = 0;
  readonly #postMs: number;
  readonly #heard = new Map<string, Heard>();

  constructor(postMs: number) {
    this.#postMs = postMs;
  }

  /** The connections that are listened to; `nextSeq`: the first message that is for them. */
  expect(connectionIds: Iterable<string>, nextSeq: number): void {
    for (const id of connectionIds) this.#heard.set(id, { nextSeq, repeats: 0, gaps: new Set(), own: new Set() });
  }

  post(connectionId: string, frame: PushFrame): Promise<PostResult> {
    const second = Math.floor(Date.now() / 1000);
    this.postsBySecond.set(second, (this.postsBySecond.get(second) ?? 0) + 1);
    this.posts += 1;
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#inFlight -= 1;
        if (frame.event === 'messages') for (const { seq } of frame.messages) this.#hear(connectionId, seq);
        resolve('ok');
      }, this.#postMs);
    });
  }

  async close(): Promise<void> {}

  /** A sender has the answer to their own message. */
  answer(connectionId: string, seq: number): void {
    this.#heard.get(connectionId)?.own.add(seq);
  }

  /** `lastSeq`: the last message of the room. */
  judge(lastSeq: number): Verdict {
    let [lost, gaps, repeats] = [0, 0, 0];
    for (const heard of this.#heard.values()) {
      for (let seq = heard.nextSeq; seq <= lastSeq; seq += 1) lost += heard.own.has(seq) ? 0 : 1;
      gaps += [...heard.gaps].filter((seq) => !heard.own.has(seq)).length;
      repeats += heard.repeats;
    }
    return { lost, gaps, repeats };
  }

  #hear(connectionId: string, seq: number): void {
    const heard = this.#heard.get(connectionId);
    if (heard === undefined) return;
    if (seq < heard.nextSeq && !heard.gaps.delete(seq)) {
      heard.repeats += 1;
      return;
    }
    for (let missing = heard.nextSeq; missing < seq; missing += 1) heard.gaps.add(missing);
    heard.nextSeq = Math.max(heard.nextSeq, seq + 1);
    this.#reach(seq, Date.now());
  }

  #reach(seq: number, atMs: number): void {
    const reached = this.reached.get(seq);
    if (reached === undefined) {
      this.reached.set(seq, { firstAtMs: atMs, lastAtMs: atMs, connections: 1 });
      return;
    }
    reached.lastAtMs = atMs;
    reached.connections += 1;
  }
}
