import { Heartbeat } from '../lib/client/connection/heartbeat.ts';

const ROUND_TRIP_MS = 50;

/** A frame of a client that does nothing: a sign of life, or a question whether the server is there, which is answered. */
export interface IdleFrame {
  readonly kind: 'beat' | 'ask';
  /** Since the connection was opened. */
  readonly atMs: number;
}

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** What the SDK sends on one connection in that time while nothing comes but the answers. Listening: in a room, in view. */
export function idleFrames(spanMs: number, isListening: boolean): readonly IdleFrame[] {
  const frames: IdleFrame[] = [];
  const timers = new Set<Timer>();
  let nowMs = 0;
  const setTimeout = (run: () => void, delayMs: number): Timer => {
    const timer = { atMs: nowMs + delayMs, run };
    timers.add(timer);
    return timer;
  };
  const clearTimeout = (timer: unknown) => timers.delete(timer as Timer);
  const send = (kind: IdleFrame['kind']) => {
    frames.push({ kind, atMs: nowMs });
    heartbeat.sent();
  };
  const answered = (done: (isAnswered: boolean) => void) => {
    heartbeat.received();
    heartbeat.answered();
    done(true);
  };
  const heartbeat = new Heartbeat({ setTimeout, clearTimeout }, () => nowMs, 60_000, {
    beat: () => send('beat'),
    ask: (done) => {
      send('ask');
      setTimeout(() => answered(done), ROUND_TRIP_MS);
    },
    dead: () => {
      throw new Error('unable to go on; the heartbeat takes a server that answers for dead');
    },
    isListening: () => isListening,
  });
  heartbeat.start();
  for (;;) {
    const next = [...timers].reduce((first, timer) => (timer.atMs < first.atMs ? timer : first));
    if (next.atMs > spanMs) return frames;
    timers.delete(next);
    nowMs = next.atMs;
    next.run();
  }
}
