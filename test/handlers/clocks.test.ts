import { describe, expect, it } from 'vitest';
import { changesHandler } from '../../lib/handlers/changes.ts';
import type { DepsAt } from '../../lib/handlers/deps.ts';
import { sweepHandler } from '../../lib/handlers/sweep.ts';

const atMs = Date.parse('2026-11-23T12:00:00Z');

/** Records what a handler takes as the present. */
function clock() {
  const taken: number[] = [];
  const depsAt: DepsAt = (nowMs) => {
    taken.push(nowMs);
    throw new Error('that is all');
  };
  return { taken, depsAt };
}

describe.each([
  ['a run that starts a minute late', 60_000, 60_000],
  ['a clock that runs ahead of the host', -5000, 0],
])('%s', (_what, hostAheadMs, laterMs) => {
  it('notices what the sweep finds at its own time', async () => {
    const { taken, depsAt } = clock();
    const handler = sweepHandler(
      depsAt,
      () => atMs + hostAheadMs,
      () => expect.unreachable(),
    );
    await expect(handler({ time: '2026-11-23T12:00:00Z' })).rejects.toThrow('that is all');
    expect(taken).toEqual([atMs + laterMs]);
  });

  it('notices what the stream finds at its own time', async () => {
    const { taken, depsAt } = clock();
    const handler = changesHandler(
      depsAt,
      () => atMs + hostAheadMs,
      undefined,
      () => expect.unreachable(),
    );
    const dynamodb = { ApproximateCreationDateTime: atMs / 1000, SequenceNumber: '1' };
    await expect(handler({ Records: [{ eventName: 'INSERT', dynamodb }] })).rejects.toThrow('that is all');
    expect(taken).toEqual([atMs + laterMs]);
  });
});
