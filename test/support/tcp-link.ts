import type { Socket } from 'node:net';

/** The clock by which delays and slow pipes run. */
export interface PipeClock {
  readonly now: () => number;
  /** Runs after this time. */
  readonly after: (run: () => void, delayMs: number) => void;
}

/** What became of bytes that arrived at a pipe. */
export type PipeNote = 'held' | 'passed' | 'lost';

/** How a pipe treats what arrives from now on. */
export interface PipeMode {
  /** Holds everything back. */
  readonly isFrozen: boolean;
  /** Loses everything, an end too: neither side is notified. */
  readonly isLossy: boolean;
  readonly delayMs: number;
  /** 0 = as fast as it goes. */
  readonly bytesPerSec: number;
}

export const HEALTHY: PipeMode = { isFrozen: false, isLossy: false, delayMs: 0, bytesPerSec: 0 };

/** A slow pipe passes bytes on in such pieces, so that a frame arrives in parts. */
const PIECE_BYTES = 200;

interface Held {
  readonly readyAtMs: number;
  readonly pass: () => void;
}

/** One direction of a TCP connection through a proxy. */
export class Pipe {
  readonly #to: Socket;
  readonly #clock: PipeClock;
  readonly #noted: (note: PipeNote, bytes: Buffer) => void;
  #mode: PipeMode;
  #held: Held[] = [];
  /** When a slow pipe has passed on what it has. */
  #freeAtMs: number = 0;

  constructor(to: Socket, clock: PipeClock, mode: PipeMode, noted: (note: PipeNote, bytes: Buffer) => void) {
    this.#to = to;
    this.#clock = clock;
    this.#mode = mode;
    this.#noted = noted;
  }

  get mode(): PipeMode {
    return this.#mode;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** Changes how the pipe treats what arrives; what is held passes on where nothing holds it any more. */
  set(mode: Partial<PipeMode>): void {
    this.#mode = { ...this.#mode, ...mode };
    this.#flush();
  }

  data(chunk: Buffer): void {
    if (this.#mode.isLossy) {
      this.#noted('lost', chunk);
      return;
    }
    for (const piece of this.#piecesOf(chunk)) {
      this.#hold(piece.length, () => {
        this.#to.write(piece);
        this.#noted('passed', piece);
      });
    }
    if (!this.isEmpty) this.#noted('held', chunk);
  }

  /** The side that the bytes come from has closed; `ended` runs when that has passed on. */
  end(ended: () => void): void {
    if (!this.#mode.isLossy) this.#hold(0, ended);
  }

  clear(): void {
    this.#held = [];
  }

  #piecesOf(chunk: Buffer): readonly Buffer[] {
    if (this.#mode.bytesPerSec === 0) return [chunk];
    const count = Math.ceil(chunk.length / PIECE_BYTES);
    return Array.from({ length: count }, (_, index) => chunk.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES));
  }

  #hold(bytes: number, pass: () => void): void {
    const { delayMs, bytesPerSec } = this.#mode;
    const nowMs = this.#clock.now();
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + (bytesPerSec === 0 ? 0 : (bytes * 1000) / bytesPerSec);
    const readyAtMs = this.#freeAtMs + delayMs;
    this.#held.push({ readyAtMs, pass });
    if (readyAtMs > nowMs) this.#clock.after(() => this.#flush(), readyAtMs - nowMs);
    else this.#flush();
  }

  /** In the order of their arrival, whatever each was delayed by. */
  #flush(): void {
    while (!this.#mode.isFrozen) {
      const [first] = this.#held;
      if (first === undefined || first.readyAtMs > this.#clock.now()) return;
      this.#held.shift();
      first.pass();
    }
  }
}

/** What a link is made of. */
export interface TcpLinkOptions {
  readonly client: Socket;
  readonly server: Socket;
  readonly clock: PipeClock;
  readonly up: PipeMode;
  readonly down: PipeMode;
  readonly noted: (way: 'up' | 'down', note: PipeNote, bytes: Buffer) => void;
  readonly ended: () => void;
}

/** One TCP connection through a proxy: `up` is from the client to the server. */
export class TcpLink {
  readonly up: Pipe;
  readonly down: Pipe;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #ended: () => void;
  #isOver: boolean = false;

  constructor({ client, server, clock, up, down, noted, ended }: TcpLinkOptions) {
    this.#client = client;
    this.#server = server;
    this.#ended = ended;
    this.up = new Pipe(server, clock, up, (note, bytes) => noted('up', note, bytes));
    this.down = new Pipe(client, clock, down, (note, bytes) => noted('down', note, bytes));
    client.on('data', (chunk) => this.up.data(chunk));
    server.on('data', (chunk) => this.down.data(chunk));
    for (const socket of [client, server]) socket.on('error', () => socket.destroy());
    client.on('close', () => this.up.end(() => this.#over()));
    server.on('close', () => this.down.end(() => this.#over()));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Both sides get a reset; what is held is lost. */
  reset(): void {
    if (this.#isOver) return;
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
    this.#over();
  }

  /** Both sides get the end of the stream; what is held is lost. */
  finish(): void {
    if (this.#isOver) return;
    this.#client.end();
    this.#server.end();
    this.#over();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.up.clear();
    this.down.clear();
    this.#client.destroySoon();
    this.#server.destroySoon();
    this.#ended();
  }
}
