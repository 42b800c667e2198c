import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heartbeat } from '../../lib/client/connection/heartbeat.ts';
import { isWorthRenewing, LEASE_MS, leaseFrom } from '../../lib/domain/lease.ts';
import { HEARTBEAT_MS, RENEW_AFTER_MS } from '../../lib/protocol/limits.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';

const LIFE_MS = 1_800_000;

/** A frame of the app: the time since the last one, and how long it takes to arrive. */
interface SentFrame {
  readonly gapMs: number;
  readonly delayMs: number;
}

const anyFrames = (slowestMs: number) =>
  fc.array(
    fc.record({ gapMs: fc.integer({ min: 0, max: 150_000 }), delayMs: fc.integer({ min: 0, max: slowestMs }) }),
    { maxLength: 40 },
  );

/** Runs a client that sends these frames and then none. Returns the shortest rest of its lease when a frame arrived. */
function leastLeftMs(frames: readonly SentFrame[], isHidden: boolean): number {
  const timers = new VirtualTimers();
  let leaseUntilMs = leaseFrom(timers.nowMs);
  let [leastMs, arrivedMs, delayMs] = [LEASE_MS, timers.nowMs, 0];
  const send = () => {
    heartbeat.sent();
    // On one socket no frame overtakes another.
    arrivedMs = Math.max(arrivedMs, timers.nowMs + delayMs);
    leastMs = Math.min(leastMs, leaseUntilMs - arrivedMs);
    if (isWorthRenewing(leaseUntilMs, arrivedMs)) leaseUntilMs = leaseFrom(arrivedMs);
  };
  const heartbeat = new Heartbeat(timers, () => timers.nowMs, 60_000, {
    beat: send,
    ask: () => {},
    dead: () => {},
    isListening: () => false,
  });
  heartbeat.start();
  heartbeat.turned(isHidden);
  for (const { gapMs, delayMs: next } of frames) {
    timers.advance(gapMs);
    delayMs = next;
    send();
    delayMs = 0;
  }
  timers.advance(LIFE_MS);
  return leastMs;
}

describe("the heartbeat and the server's lease", () => {
  it('agree on how long the server stores no sign of life', () => {
    expect(RENEW_AFTER_MS).toBe(20_000);
  });

  it('leave 35 s when a heartbeat arrives, whatever was sent before', () => {
    expect(LEASE_MS - HEARTBEAT_MS).toBe(35_000);
    fc.assert(
      fc.property(anyFrames(0), (frames) => {
        expect(leastLeftMs(frames, false)).toBeGreaterThanOrEqual(35_000);
      }),
    );
  });

  it('leave 30 s if frames take up to 5 s', () => {
    fc.assert(
      fc.property(anyFrames(5000), (frames) => {
        expect(leastLeftMs(frames, false)).toBeGreaterThanOrEqual(30_000);
      }),
    );
  });

  it('leave 15 s if a slow frame is followed by a fast one and then by none', () => {
    const twoFrames = (delayMs: number) => [
      { gapMs: 30_000, delayMs },
      { gapMs: 25_000, delayMs: 0 },
    ];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 25_000 }), (delayMs) => {
        expect(leastLeftMs(twoFrames(delayMs), false)).toBeGreaterThanOrEqual(15_000);
      }),
    );
    expect(leastLeftMs(twoFrames(5001), false)).toBe(15_001);
  });

  it('leave a minute more in a hidden page, whose timers run once a minute', () => {
    fc.assert(
      fc.property(anyFrames(0), (frames) => {
        expect(leastLeftMs(frames, true)).toBeGreaterThanOrEqual(95_000);
      }),
    );
  });
});
