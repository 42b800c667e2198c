/*
 * `npm run fuzz:sockets -- --frames 100000 [--seed S] [--senders N]`: sends so many frames over real WebSockets to the
 * deployment on this machine: texts right and bent, binary, fragments, too long, no UTF-8, many at once. Half of them are
 * unreadable, from users who are in no room: they may change no row of a room. After that the connections or new ones are
 * served, and no process has died. The exit code is 1 where one of these fails.
 */

import { parseArgs } from 'node:util';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { openStage, type Stage } from '../../bin/scenario/stage.ts';
import { isAlive } from '../../lib/local/base/is-alive.ts';
import { callDynamodb } from '../../lib/local/dynamodb/emulator.ts';
import { parseFrame } from '../../lib/protocol/parse-frame.ts';
import { differences, rowsByKey, type TableRows } from '../authorization/table-rows.ts';
import type { Draw } from './draw.ts';
import { frameText } from './frame-inputs.ts';
import { SocketSender } from './socket-sender.ts';

const LIMITS = ['pings', 'joins', 'newRooms', 'leaves', 'historyReads', 'repairs', 'recalls', 'infoReads', 'connects'];
const REPORT_EVERY_MS = 10_000;
const ATTEMPTS_MAX = 50;

/** A text that the parser refuses. */
function unreadableText(draw: Draw): string {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const text = frameText(draw);
    if (!parseFrame(text).ok) return text;
  }
  return '{';
}

async function rowsOf({ stack }: Stage): Promise<TableRows> {
  const { TableNames } = (await callDynamodb(stack.dynamodbEndpoint, 'ListTables', {})) as { TableNames: string[] };
  const rows: Record<string, unknown>[] = [];
  for (const TableName of TableNames) {
    let ExclusiveStartKey: unknown;
    do {
      const asked = { TableName, ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }) };
      const page = (await callDynamodb(stack.dynamodbEndpoint, 'Scan', asked)) as {
        Items: Parameters<typeof unmarshall>[0][];
        LastEvaluatedKey?: unknown;
      };
      rows.push(...page.Items.map((item) => unmarshall(item)));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }
  return rowsByKey(rows);
}

/** A connection that opens, closes or is heard writes these, and a call that issues a token its count. */
const isOfConnections = (change: string): boolean =>
  /^(USER#\S+ (CONNECTION#|ACCESS|LOGIN#|PROFILE)|DUE#|CALLS#|LIST#users|COUNT#users)/.test(change);

function report(what: string, senders: readonly SocketSender[], startedAtMs: number): void {
  const totals = new Map<string, number>();
  for (const { totals: each } of senders)
    for (const [name, count] of each) totals.set(name, (totals.get(name) ?? 0) + count);
  const sorted = [...totals].sort(([, one], [, other]) => other - one).map(([name, count]) => `${name} ${count}`);
  console.log(`${what}: ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s; ${sorted.join(', ')}`);
}

interface Share {
  readonly seed: number;
  readonly frames: number;
  readonly textAt: (draw: Draw) => string;
}

async function sendAll(what: string, senders: readonly SocketSender[], { seed, frames, textAt }: Share): Promise<void> {
  const startedAtMs = performance.now();
  const each = Math.ceil(frames / senders.length);
  const timer = setInterval(() => report(what, senders, startedAtMs), REPORT_EVERY_MS);
  await Promise.all(senders.map((sender, index) => sender.send(seed, index * each, (index + 1) * each, textAt)));
  clearInterval(timer);
  report(what, senders, startedAtMs);
}

/** What does not hold. */
async function play(stage: Stage, seed: number, frames: number, count: number): Promise<readonly string[]> {
  const wrong: string[] = [];
  const target = { url: stage.stack.webSocketUrl, token: (userId: string) => stage.appServer.token(userId) };
  const senders = Array.from({ length: count }, (_, index) => new SocketSender(`fuzz-${index}`, target));
  const witness = await stage.player('witness');
  if ((await witness.join('r')) !== 0) throw new Error('unable to set up; the witness is refused');
  await stage.stack.testing.drain();
  const pids = stage.stack.testing.pids();
  const before = await rowsOf(stage);
  await sendAll('unreadable', senders, { seed, frames: Math.ceil(frames / 2), textAt: unreadableText });
  await stage.stack.testing.drain();
  const changed = differences(before, await rowsOf(stage)).filter((change) => !isOfConnections(change));
  if (changed.length > 0) wrong.push(`unreadable frames change ${changed.join(', ')}`);
  await sendAll('any', senders, { seed: seed + 1, frames: Math.floor(frames / 2), textAt: frameText });
  for (const [index, sender] of senders.entries()) {
    if (!(await sender.isServed())) wrong.push(`the user fuzz-${index} is not served any more`);
    sender.close();
  }
  const sent = await witness.send('r', 'after all');
  if (sent.code !== 0) wrong.push(`the witness is refused with ${sent.code}`);
  const dead = pids.filter((pid) => !isAlive(pid));
  if (dead.length > 0) wrong.push(`${dead.length} processes have died`);
  return wrong;
}

const options = { frames: '100000', seed: '1', senders: '8' };
const { values } = parseArgs({
  options: Object.fromEntries(
    Object.entries(options).map(([name, byDefault]) => [name, { type: 'string', default: byDefault } as const]),
  ),
});
const failures: string[] = [];
const unlimited = Object.fromEntries(LIMITS.map((name) => [`${name}PerMinute`, 0]));
const settings = { ...unlimited, serverApiCallsPerSec: 0, oneDevicePerPlatform: false };
const stage = await openStage({
  settings,
  log: (line) => {
    // A function's metrics name what could have failed.
    if (/failed|exit/.test(line) && !line.includes('CloudWatchMetrics')) failures.push(line);
  },
});
try {
  const wrong = await play(stage, Number(values.seed), Number(values.frames), Number(values.senders));
  for (const line of [...wrong, ...failures.slice(0, 10)]) console.error(line);
  console.log(`${wrong.length} properties broken, ${failures.length} failures in the log`);
  if (wrong.length + failures.length > 0) process.exitCode = 1;
} finally {
  await stage.close();
}
