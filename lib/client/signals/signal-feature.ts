import type { Answer } from '../../protocol/answers.ts';
import type { SignalFrame } from '../../protocol/client-frames.ts';
import { Code } from '../../protocol/codes.ts';
import type { EntriesPush, SignalPush } from '../../protocol/push-frames.ts';
import { refusal } from '../connection/requests.ts';
import { Recent } from '../core/recent.ts';
import type { FeatureRoom, RoomFeature } from '../room/feature.ts';

/** What the app signals. */
export type SignalDraft = Pick<SignalFrame, 'type' | 'data'>;

const SEEN_MAX = 200;

/** Signals to the other members of one room what is over in a moment, and hands over what they signal. */
export class SignalFeature implements RoomFeature {
  readonly isKept: boolean = false;
  readonly #room: FeatureRoom;
  readonly #received: (signal: SignalPush) => void;
  /** Signals come once per link, so twice while the link is renewed. */
  readonly #seen = new Recent(SEEN_MAX);

  constructor(room: FeatureRoom, received: (signal: SignalPush) => void) {
    this.#room = room;
    this.#received = received;
  }

  /** Asks once: what would be repeated later is over by then. */
  send(draft: SignalDraft, done: (code: number) => void): void {
    const { roomId, deps } = this.#room;
    const end = (answer: Answer) => {
      done(answer.code);
      this.#room.settled(answer);
    };
    if (deps.link() === undefined) {
      deps.timers.setTimeout(() => end(refusal('', Code.UNAVAILABLE)), 0);
      return;
    }
    deps.ask(
      (id) => ({ action: 'signal', id, room: roomId, ...draft }),
      (outcome) => end(outcome.event === 'lost' ? refusal('', Code.NO_ANSWER) : outcome),
    );
  }

  pushed(push: EntriesPush | SignalPush): void {
    if (push.event === 'signal' && this.#seen.isNew(JSON.stringify(push))) this.#received(push);
  }
}
