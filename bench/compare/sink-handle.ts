import { startChild } from './child.ts';
import type { SinkCounts, SinkReport, SinkRequest } from './sink-protocol.ts';

/** The process that receives the posts. */
export interface Sink {
  readonly url: string;
  /** When the last of so many connections got the message, on the machine's clock. */
  delivered(mark: string, connections: number): Promise<number>;
  /** What came since the last call. */
  take(): Promise<SinkCounts>;
  close(): Promise<void>;
}

/** Starts it; each post takes `latencyMs`. */
export async function startSink(file: string, latencyMs: number): Promise<Sink> {
  const child = startChild<SinkRequest, SinkReport>(file, [String(latencyMs)], {});
  const delivered = new Map<string, (atMs: number) => void>();
  const taken: ((counts: SinkCounts) => void)[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    child.onDeath((why) => reject(new Error(`unable to start the sink; ${why}`)));
    child.onReport((report) => {
      if (report.kind === 'listens') resolve(report.port);
      else if (report.kind === 'taken') taken.shift()?.(report.counts);
      else {
        delivered.get(report.mark)?.(report.atMs);
        delivered.delete(report.mark);
      }
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    delivered: (mark, connections) =>
      new Promise((resolve) => {
        delivered.set(mark, resolve);
        child.send({ kind: 'expect', mark, connections });
      }),
    take: () =>
      new Promise((resolve) => {
        taken.push(resolve);
        child.send({ kind: 'take' });
      }),
    close: child.close,
  };
}
