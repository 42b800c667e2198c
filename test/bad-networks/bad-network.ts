import { connect, createServer, type Server, type Socket } from 'node:net';
import { EventLog } from '../../bin/scenario/event-log.ts';
import { listen } from '../../lib/local/base/listen.ts';
import { HEALTHY, type PipeClock, type PipeMode, type PipeNote, TcpLink } from '../support/tcp-link.ts';

/** `up`: from the client to the server. */
export type Way = 'up' | 'down';

interface Note {
  readonly way: Way;
  readonly note: PipeNote;
  /** Readable downwards only: a client masks its frames. */
  readonly text: string;
}

const BOTH: readonly Way[] = ['up', 'down'];

/** A text in the content of a message. Its quotes belong to it: an id may well have the letters `b2` in it. */
export const textInFrame = (text: string): string => `\\"${text}\\"`;

/** The way of one device to the server: a TCP proxy that does what a bad network does. */
export class BadNetwork {
  /** What became of bytes since the last `forget`. */
  readonly notes = new EventLog<Note>();
  readonly #server: Server;
  readonly #serverPort: () => number;
  readonly #clock: PipeClock;
  readonly #links = new Set<TcpLink>();
  readonly #modes: Record<Way, PipeMode> = { up: HEALTHY, down: HEALTHY };
  #refuses: boolean = false;

  constructor(serverPort: () => number, clock: PipeClock) {
    this.#serverPort = serverPort;
    this.#clock = clock;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Resolves to the port. */
  open(): Promise<number> {
    return listen(this.#server, 0);
  }

  /** All connections end: with a reset, or as if the other side had closed them. */
  end(how: 'reset' | 'finish'): void {
    for (const link of [...this.#links]) link[how]();
  }

  /** New connections are refused until `admit`. A closed port could be taken by another program in between. */
  refuse(): void {
    this.#refuses = true;
  }

  admit(): void {
    this.#refuses = false;
  }

  /** The connections that are open now lose all bytes, and no side is notified; a new connection works. */
  lose(...ways: readonly Way[]): void {
    for (const link of this.#links) for (const way of ways) link[way].set({ isLossy: true });
  }

  /** The connections lose nothing any more. What was lost must have been whole frames. */
  regain(): void {
    for (const link of this.#links) for (const way of BOTH) link[way].set({ isLossy: false });
  }

  /** Nothing passes on now and on new connections, until `thaw`; nothing is lost. */
  freeze(...ways: readonly Way[]): void {
    this.#setMode(ways, { isFrozen: true });
  }

  thaw(): void {
    this.#setMode(BOTH, { isFrozen: false });
  }

  /** Everything takes this long in each direction. */
  delay(delayMs: number): void {
    this.#setMode(BOTH, { delayMs });
  }

  /** What the server sends arrives no faster. */
  throttle(bytesPerSec: number): void {
    this.#setMode(['down'], { bytesPerSec });
  }

  /** Resolves when bytes in this direction, with this text in them, have had this fate since the last `forget`. */
  async until(way: Way, note: PipeNote, text = ''): Promise<void> {
    const fits = (seen: Note) => seen.way === way && seen.note === note && seen.text.includes(text);
    await this.notes.until(`bytes ${way} that are ${note}`, fits);
  }

  /** The same for the bytes of a message with this text, on their way to the client. */
  async untilText(note: PipeNote, text: string): Promise<void> {
    await this.until('down', note, textInFrame(text));
  }

  forget(): void {
    this.notes.all.length = 0;
  }

  close(): void {
    this.#refuses = true;
    this.end('reset');
    this.#server.close();
  }

  #setMode(ways: readonly Way[], mode: Partial<PipeMode>): void {
    for (const way of ways) {
      this.#modes[way] = { ...this.#modes[way], ...mode };
      for (const link of [...this.#links]) link[way].set(mode);
    }
  }

  #accept(client: Socket): void {
    client.on('error', () => client.destroy());
    if (this.#refuses) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.#serverPort(), '127.0.0.1');
    const link = new TcpLink({
      ...{ client, server, clock: this.#clock, ...this.#modes },
      noted: (way, note, bytes) => this.notes.add({ way, note, text: bytes.toString('latin1') }),
      ended: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }
}
