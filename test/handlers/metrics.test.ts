import { expect, test } from 'vitest';
import { metricsTo } from '../../lib/handlers/metrics.ts';

test('a run of the sweep is one line in the embedded metric format', () => {
  const lines: string[] = [];
  const putMetrics = metricsTo(
    (line) => lines.push(line),
    () => 1_700_000_000_000,
    'Chatroom',
  );
  const counts = { due: 9, alive: 1, closed: 2, evicted: 3, destroyed: 4, failed: 5, unreadable: 6 };
  putMetrics({ ...counts, lagMs: 7_000, unfinished: true });
  putMetrics({ ...counts, lagMs: 0, unfinished: false });
  expect(lines.map((line) => line.split('\n').length)).toEqual([1, 1]);
  const [first, second] = lines.map((line) => JSON.parse(line));
  expect(first).toEqual({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'Doorman',
          Dimensions: [['deployment']],
          Metrics: [
            ...Object.keys(counts).map((Name) => ({ Name, Unit: 'Count' })),
            { Name: 'lagMs', Unit: 'Milliseconds' },
            { Name: 'unfinished', Unit: 'Count' },
          ],
        },
      ],
    },
    deployment: 'Chatroom',
    ...counts,
    lagMs: 7_000,
    unfinished: 1,
  });
  expect(second).toMatchObject({ lagMs: 0, unfinished: 0 });
});
