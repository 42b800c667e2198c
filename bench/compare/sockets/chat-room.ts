import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inParallel } from '../../../lib/domain/in-parallel.ts';
import { monotonicMs } from '../monotonic.ts';
import { markOf } from '../sink-protocol.ts';
import { Arrivals } from './arrivals.ts';
import { ChatClient, type Dialect } from './chat-client.ts';
import { type ServerReport, usersOf } from './server-protocol.ts';

const CLOSING_MS = 20_000;
const STUCK_MS = 60_000;
const ENTERING_AT_ONCE = 4;
const LINE = 'A line of chat, as people write it.';

let lastMark = 0;

/** What went through in a time. */
export interface Throughput {
  readonly messages: number;
  readonly deliveries: number;
  readonly tookMs: number;
}

/** A server in a process of its own, and its clients, which are all in this one. */
export class ChatRoom {
  readonly dialect: Dialect;
  readonly #server: ChildProcess;
  readonly #url: string;
  readonly #tokens: readonly string[];
  readonly #clients: ChatClient[] = [];
  readonly #arrivals = new Arrivals();

  private constructor(dialect: Dialect, server: ChildProcess, url: string, tokens: readonly string[]) {
    this.dialect = dialect;
    this.#server = server;
    this.#url = url;
    this.#tokens = tokens;
  }

  /** Starts the server, for at most so many clients. */
  static async start(dialect: Dialect, clients: number): Promise<ChatRoom> {
    const file = join(import.meta.dirname, dialect.entry);
    const server = spawn(process.execPath, ['--import', 'tsx', file, String(usersOf(clients).length)], {
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    const report = await new Promise<ServerReport>((resolve) => {
      server.once('message', (message) => resolve(message as ServerReport));
      server.once('exit', (code) => resolve({ kind: 'failed', error: `it ended with code ${code}` }));
    });
    if (report.kind === 'failed') throw new Error(`unable to start ${dialect.title}; ${report.error}`);
    return new ChatRoom(dialect, server, report.url, report.tokens);
  }

  /** So many clients are connected and in the room. */
  async fill(clients: number, room: string): Promise<void> {
    const tokens = this.#tokens.slice(this.#clients.length, clients);
    await inParallel(tokens, ENTERING_AT_ONCE, async (token) => {
      const client = await ChatClient.open(this.dialect, this.#url, token, this.#arrivals.note);
      this.#clients.push(client);
    });
    await inParallel(this.#clients, ENTERING_AT_ONCE, (client) => client.join(room));
  }

  /** Sends some messages one after the other. Returns the ms from the send to each client that got one. */
  async latencies(messages: number, room: string): Promise<readonly number[]> {
    const all: number[] = [];
    for (let message = 0; message < messages; message += 1) {
      const { acked, delivered } = this.#send(message, room);
      all.push(...(await inTime(delivered, `${this.dialect.title} delivers`)));
      await inTime(acked, `${this.dialect.title} answers`);
    }
    return all;
  }

  /** Clients write as fast as they are answered, while at most `openMax` messages are on their way. */
  async throughput(senders: number, openMax: number, spanMs: number, room: string): Promise<Throughput> {
    const startMs = monotonicMs();
    const deliveries: Promise<readonly number[]>[] = [];
    const write = async (sender: number) => {
      while (monotonicMs() - startMs < spanMs) {
        if (this.#arrivals.open >= openMax) {
          await wait(1);
          continue;
        }
        const { acked, delivered } = this.#send(sender, room);
        deliveries.push(delivered);
        await inTime(acked, `${this.dialect.title} answers`);
      }
    };
    await Promise.all(Array.from({ length: senders }, (_, sender) => write(sender)));
    const delivered = await inTime(Promise.all(deliveries), `${this.dialect.title} delivers`);
    const tookMs = monotonicMs() - startMs;
    return { messages: delivered.length, deliveries: delivered.reduce((sum, { length }) => sum + length, 0), tookMs };
  }

  async close(): Promise<void> {
    const isRunning = this.#server.exitCode === null && this.#server.signalCode === null;
    const exited = isRunning ? once(this.#server, 'exit') : undefined;
    if (this.#server.connected) this.#server.send({ kind: 'close' });
    // Only now: the server must not begin to serve that many ends.
    for (const client of this.#clients) client.close();
    if (exited === undefined) return;
    const late = new AbortController();
    const outcome = await Promise.race([exited, wait(CLOSING_MS, 'late', { signal: late.signal })]);
    late.abort();
    if (outcome === 'late') this.#server.kill('SIGKILL');
  }

  #send(sender: number, room: string): { acked: Promise<void>; delivered: Promise<readonly number[]> } {
    const client = this.#clients[sender % this.#clients.length];
    if (client === undefined) throw new Error('unable to send; nobody is connected');
    lastMark += 1;
    const mark = markOf(lastMark);
    const delivered = this.#arrivals.expect(mark, this.#clients.length - 1);
    return { acked: client.send(room, `${LINE} ${mark}`), delivered };
  }
}

async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  const timer = new AbortController();
  const late = wait(STUCK_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`unable to go on; ${what} nothing for ${STUCK_MS / 1000} s`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
