import type { AnswerResult } from '../support/checker/history.ts';
import type { Records } from './records.ts';

/** One membership as a client has seen it. */
export interface Stay {
  readonly membership: string;
  readonly epoch: string;
  /** What came after this seq is owed to the client. */
  readonly afterSeq: number;
  /** A device that leaves and joins again may continue a membership of another device, and hears everything again. */
  readonly session: number;
  readonly seqs: Set<number>;
  /** Seqs that the SDK has reported as lost although the client was a member. */
  readonly lost: Set<number>;
}

/** What one client was handed in each room, by its memberships. */
export class Stays {
  readonly client: string;
  /** Client message ids of the sends of this client: the app is not handed what it has sent, even if the answer was lost. */
  readonly asked = new Set<string>();
  #sessions = 0;
  readonly #records: Records;
  readonly #stays = new Map<string, Stay>();

  constructor(client: string, records: Records) {
    this.client = client;
    this.#records = records;
  }

  get(room: string): Stay | undefined {
    return this.#stays.get(room);
  }

  /**
   * The answer to a join or a resume. `isIn`: the app believes to be in the room; else this begins a new session, and a
   * former answer came too late for the SDK.
   */
  answered(isIn: boolean, answer: AnswerResult & { readonly room?: string }): void {
    const { room, membership, roomEpoch: epoch, latestSeq } = answer;
    if (room === undefined || membership === undefined || epoch === undefined || latestSeq === undefined) return;
    if (isIn && this.#stays.get(room)?.membership === membership) return;
    this.#sessions += 1;
    const session = this.#sessions;
    this.#stays.set(room, { membership, epoch, session, afterSeq: latestSeq, seqs: new Set(), lost: new Set() });
  }

  over(room: string): void {
    this.#stays.delete(room);
  }

  /** The app was handed a message. */
  got(room: string, seq: number): void {
    const stay = this.#stays.get(room);
    if (stay === undefined) return;
    stay.seqs.add(seq);
    const { client } = this;
    const { epoch, membership: id, session } = stay;
    const membership = `${id}/${session}`;
    this.#records.history.note({ kind: 'appGot', client, room, epoch, membership, seq });
  }

  gap(room: string, afterSeq: number, beforeSeq: number): void {
    const stay = this.#stays.get(room);
    if (stay === undefined) return;
    const [firstSeq, lastSeq] = [afterSeq + 1, beforeSeq - 1];
    for (let seq = Math.max(firstSeq, stay.afterSeq + 1); seq <= lastSeq; seq += 1) stay.lost.add(seq);
    const { client } = this;
    const { epoch, membership: id, session } = stay;
    const membership = `${id}/${session}`;
    this.#records.history.note({ kind: 'appGap', client, room, epoch, membership, firstSeq, lastSeq });
  }
}
