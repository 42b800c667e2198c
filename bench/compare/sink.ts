// API Gateway's @connections, as far as a benchmark needs it: sink <latency in ms>. Each post is answered with 200 after
// the latency.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../lib/local/base/listen.ts';
import { monotonicMs } from './monotonic.ts';
import { MARKS, type SinkReport, type SinkRequest } from './sink-protocol.ts';

const latencyMs = Number(process.argv[2]);
const report = (message: SinkReport): void => {
  process.send?.(message);
};

interface Expected {
  readonly reached: Set<string>;
  connections: number;
  lastMs: number;
  isReported: boolean;
}

const messages = new Map<string, Expected>();
const postsTo = new Map<string, number>();
const totals = { deliveries: 0, repeats: 0 };

function expectedOf(mark: string): Expected {
  const known = messages.get(mark);
  if (known !== undefined) return known;
  const added = { reached: new Set<string>(), connections: Number.POSITIVE_INFINITY, lastMs: 0, isReported: false };
  messages.set(mark, added);
  return added;
}

function reportIfDelivered(mark: string, expected: Expected): void {
  if (expected.isReported || expected.reached.size < expected.connections) return;
  expected.isReported = true;
  report({ kind: 'delivered', mark, atMs: expected.lastMs });
}

function note(connectionId: string, body: string): void {
  for (const mark of body.match(MARKS) ?? []) {
    const expected = expectedOf(mark);
    if (expected.reached.has(connectionId)) {
      totals.repeats += 1;
      continue;
    }
    expected.reached.add(connectionId);
    expected.lastMs = monotonicMs();
    totals.deliveries += 1;
    reportIfDelivered(mark, expected);
  }
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const [, connectionId] = /\/(?:@|%40)connections\/([^/?]+)/i.exec(request.url ?? '') ?? [];
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.once('end', () => {
    const isPost = request.method === 'POST' && connectionId !== undefined;
    if (isPost) postsTo.set(connectionId, (postsTo.get(connectionId) ?? 0) + 1);
    setTimeout(() => {
      response.writeHead(connectionId === undefined ? 404 : 200).end();
      if (isPost) note(connectionId, body);
    }, latencyMs);
  });
}

function take(): void {
  const each = [...postsTo.values()];
  const posts = each.reduce((sum, count) => sum + count, 0);
  const [fewestPosts, mostPosts] = each.length === 0 ? [0, 0] : [Math.min(...each), Math.max(...each)];
  report({ kind: 'taken', counts: { posts, ...totals, connections: each.length, fewestPosts, mostPosts } });
  postsTo.clear();
  for (const [mark, { isReported }] of messages) if (isReported) messages.delete(mark);
  Object.assign(totals, { deliveries: 0, repeats: 0 });
}

process.once('disconnect', () => process.exit(0));
process.on('message', (request: SinkRequest) => {
  if (request.kind === 'take') return take();
  const expected = expectedOf(request.mark);
  expected.connections = request.connections;
  reportIfDelivered(request.mark, expected);
});
const server = createServer({ keepAliveTimeout: 120_000 }, serve);
report({ kind: 'listens', port: await listen(server, 0) });
