import type { SignalFrame } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import type { SignalPush } from '../protocol/push-frames.ts';
import type { AskDeps } from './operations.ts';
import { Recent } from './recent.ts';

/** Something fleeting that another member of a room signals. */
export interface RCIMIWChatRoomSignal {
  targetId: string;
  userId: string;
  type: string;
  data: string;
}

export interface IRCIMIWSendSignalCallback {
  /** 0: the server has posted it to those who are connected. Nobody repeats it, whatever the code. */
  onSignalSent?: (code: number) => void;
}

/** What the app signals. */
export type SignalDraft = Pick<SignalFrame, 'type' | 'data'>;

/** One is asked for once: what would be repeated later is over by then. */
export function sendSignal(deps: AskDeps, room: string, draft: SignalDraft, done: (code: number) => void): void {
  if (deps.link() === undefined) {
    deps.timers.setTimeout(() => done(Code.UNAVAILABLE), 0);
    return;
  }
  deps.ask(
    (id) => ({ action: 'signal', id, room, ...draft }),
    (outcome) => done(outcome.event === 'lost' ? Code.NO_ANSWER : outcome.code),
  );
}

const SEEN_MAX = 200;

/** Signals come once per link, so twice while the link is renewed. */
export class SeenSignals {
  readonly #seen = new Recent(SEEN_MAX);

  isNew(signal: SignalPush): boolean {
    return this.#seen.isNew(JSON.stringify(signal));
  }
}
