import { expect, it } from 'vitest';
import { type CountedPost, countPosts } from '../../lib/handlers/post-metrics.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { PostResult } from '../../lib/push/push.ts';

const frameOf = (messages: number): PushFrame =>
  ({ event: 'messages', room: 'r', messages: Array.from({ length: messages }, () => ({})) }) as unknown as PushFrame;

/** A push that answers with `result`, with the lines that were written and a clock. */
function counted() {
  const clock = { nowMs: 0 };
  const answer: { result: PostResult } = { result: 'ok' };
  const lines: Readonly<Record<CountedPost, number>>[] = [];
  const incidents: string[] = [];
  const push = countPosts(
    { post: async () => answer.result, close: async () => undefined },
    { now: () => clock.nowMs, count: (name) => incidents.push(name), put: (counts) => lines.push(counts) },
  );
  return { push, clock, answer, lines, incidents };
}

it('writes frames and messages with the first post after a minute, and begins again', async () => {
  const { push, clock, lines } = counted();
  await push.post('a', frameOf(3));
  clock.nowMs = 59_999;
  await push.post('b', frameOf(1));
  expect(lines).toEqual([]);
  clock.nowMs = 60_000;
  await push.post('a', frameOf(2));
  expect(lines).toEqual([{ messageFrames: 3, messagesInFrames: 6 }]);
  clock.nowMs = 120_000;
  await push.post('a', frameOf(1));
  expect(lines.slice(1)).toEqual([{ messageFrames: 1, messagesInFrames: 1 }]);
});

it('counts neither other frames nor what did not arrive among them', async () => {
  const { push, clock, answer, lines, incidents } = counted();
  clock.nowMs = 60_000;
  await push.post('a', { event: 'closing', code: 31010, message: 'another device' });
  for (const result of ['gone', 'failed'] as const) {
    answer.result = result;
    expect(await push.post('a', frameOf(1))).toBe(result);
  }
  expect(lines).toEqual([]);
  expect(incidents).toEqual(['goneConnections', 'failedPosts']);
});
