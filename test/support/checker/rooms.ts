import { firstNotBelow, type Moment } from './calls.ts';
import type { Accepted, HistoryEvent } from './history.ts';

export interface AcceptedMessage extends Moment {
  readonly event: Accepted;
}

/** One life of a room. */
export interface Epoch {
  readonly room: string;
  readonly epoch: string;
  readonly created: Moment;
  destroyed: (Moment & { readonly automatically: boolean }) | undefined;
  /** As they were accepted. */
  readonly accepted: AcceptedMessage[];
  readonly bySeq: Map<number, AcceptedMessage>;
}

/** Rooms as the storage has them. */
export class Rooms {
  readonly #epochs = new Map<string, Epoch>();
  readonly #current = new Map<string, Epoch>();
  readonly #lives = new Map<string, number>();

  /** The room's present life; none if it does not exist. */
  current(room: string): Epoch | undefined {
    return this.#current.get(room);
  }

  get(room: string, epoch: string): Epoch | undefined {
    return this.#epochs.get(`${room}\n${epoch}`);
  }

  /** How often it was created so far. */
  lives(room: string): number {
    return this.#lives.get(room) ?? 0;
  }

  apply(event: HistoryEvent, at: Moment): void {
    if (event.kind === 'roomCreated') this.#create(event.room, event.epoch, at);
    if (event.kind === 'roomDestroyed') {
      const epoch = this.get(event.room, event.epoch);
      if (epoch !== undefined) epoch.destroyed ??= { ...at, automatically: event.automatically };
      if (epoch === this.current(event.room)) this.#current.delete(event.room);
    }
    if (event.kind !== 'accepted') return;
    const epoch = this.get(event.room, event.epoch);
    const message = { ...at, event };
    epoch?.accepted.push(message);
    if (epoch !== undefined && !epoch.bySeq.has(event.seq)) epoch.bySeq.set(event.seq, message);
  }

  #create(room: string, epoch: string, at: Moment): void {
    const key = `${room}\n${epoch}`;
    const made: Epoch = this.#epochs.get(key) ?? {
      ...{ room, epoch, created: at, destroyed: undefined, accepted: [], bySeq: new Map() },
    };
    this.#epochs.set(key, made);
    this.#current.set(room, made);
    this.#lives.set(room, this.lives(room) + 1);
  }
}

/** How many messages were accepted after a moment. */
export const acceptedSince = ({ accepted }: Epoch, moment: Moment): number =>
  accepted.length - firstNotBelow(accepted, moment.index + 1, ({ index }) => index);
