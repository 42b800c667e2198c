import type { ClientSocket, ClientSocketConstructor } from '../../lib/client/types.ts';
import type { VirtualTimers } from './virtual-timers.ts';

/** API Gateway ends every connection after this. */
const CONNECTION_LIFE_MS = 2 * 3600 * 1000;

/** What is behind the gateway. It may take its time. */
export interface Backend {
  /** A handshake: `accept` or `refuse` of the wire ends it. */
  connect(wire: Wire): void;
  received(wire: Wire, text: string): void;
  /** `$disconnect`. */
  disconnected(wire: Wire): void;
}

/** One connection as the gateway sees it. */
export interface Wire {
  readonly id: string;
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly openedAtMs: number;
  readonly isOpen: boolean;
  accept(protocol: string): void;
  refuse(status: number): void;
  /** false = the connection is closed; one that is dead takes everything. */
  send(text: string): boolean;
  close(): void;
}

let networks = 0;

/** A gateway and the networks between it and its clients, on virtual timers. */
export class SimulatedNetwork {
  readonly timers: VirtualTimers;
  readonly random: () => number;
  readonly backend: Backend;
  readonly wires = new Map<string, SimulatedWire>();
  /** How many handshakes there were. */
  dials = 0;
  readonly #number: number;

  constructor(timers: VirtualTimers, random: () => number, backend: Backend) {
    this.timers = timers;
    this.random = random;
    this.backend = backend;
    networks += 1;
    this.#number = networks;
  }

  /** As long as one table is used by several networks, their connections must not have the same ids. */
  nextId(): string {
    this.dials += 1;
    return `wire-${this.#number}-${this.dials}`;
  }

  latencyMs(): number {
    return 10 + Math.floor(this.random() * 90);
  }
}

/** The network of one client: how it gets through, or not. */
export class Access {
  readonly network: SimulatedNetwork;
  readonly Socket: ClientSocketConstructor;
  /** Whether the gateway hears of a connection that ended without a word of the client. */
  isEndNoticed: boolean = true;
  #isCut: boolean = false;

  constructor(network: SimulatedNetwork) {
    this.network = network;
    const access = this;
    this.Socket = class implements ClientSocket {
      onopen: ((event: never) => void) | null = null;
      onmessage: ((event: never) => void) | null = null;
      onerror: ((event: never) => void) | null = null;
      onclose: ((event: never) => void) | null = null;
      protocol = '';
      readonly #wire: SimulatedWire;

      constructor(url: string, protocols: string[]) {
        this.#wire = new SimulatedWire(access, this, new URL(url), protocols);
      }

      send(text: string): void {
        this.#wire.fromClient(text);
      }

      close(): void {
        this.#wire.closedByClient();
      }
    };
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** Nothing gets through any more, and neither end is told. What was open stays dead when the network is back. */
  cut(): void {
    this.#isCut = true;
    for (const wire of this.#own()) wire.isDead = true;
  }

  restore(): void {
    this.#isCut = false;
  }

  /** The network ends what is open, and tells the client. */
  reset(): void {
    for (const wire of this.#own()) wire.reset();
  }

  /** The gateway finds out that what is dead is dead. */
  noticeDead(): void {
    for (const wire of this.#own()) if (wire.isDead) wire.endAtGateway();
  }

  #own(): readonly SimulatedWire[] {
    return [...this.network.wires.values()].filter((wire) => wire.access === this);
  }
}

/** One connection, both ends of it. */
export class SimulatedWire implements Wire {
  readonly id: string;
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly access: Access;
  readonly #socket: ClientSocket & { protocol: string };
  isDead: boolean;
  openedAtMs = 0;
  #state: 'dialled' | 'open' | 'closed' = 'dialled';
  #isClosedByClient: boolean = false;
  #lifeTimer: unknown;
  #lastFromClientAtMs = 0;
  #lastToClientAtMs = 0;

  constructor(access: Access, socket: ClientSocket & { protocol: string }, url: URL, protocols: readonly string[]) {
    this.access = access;
    this.#socket = socket;
    this.url = url;
    this.protocols = protocols;
    this.id = access.network.nextId();
    this.isDead = access.isCut;
    access.network.wires.set(this.id, this);
    this.#later(() => this.#network.backend.connect(this));
  }

  get #network(): SimulatedNetwork {
    return this.access.network;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  accept(protocol: string): void {
    const { timers } = this.#network;
    this.#state = 'open';
    this.openedAtMs = timers.nowMs;
    this.#lifeTimer = timers.setTimeout(() => this.close(), CONNECTION_LIFE_MS);
    if (this.#isClosedByClient) this.#later(() => this.endAtGateway());
    this.#later(() => {
      this.#socket.protocol = protocol;
      this.#tell('onopen', {});
    });
  }

  refuse(status: number): void {
    this.#forget();
    this.#later(() => {
      this.#tell('onerror', { message: `Unexpected server response: ${status}` });
      this.#tell('onclose', {});
    });
  }

  send(text: string): boolean {
    if (!this.isOpen) return false;
    const delayMs = this.#network.latencyMs();
    this.#lastToClientAtMs = Math.max(this.#lastToClientAtMs, this.#network.timers.nowMs + delayMs);
    this.#later(() => this.#tell('onmessage', { data: text }), delayMs);
    return true;
  }

  close(): void {
    this.endAtGateway();
    // What was sent before may come in another order, but not after the end.
    const delayMs = Math.max(this.#network.latencyMs(), this.#lastToClientAtMs + 1 - this.#network.timers.nowMs);
    this.#later(() => this.#tell('onclose', {}), delayMs);
  }

  /** The gateway's end is closed, and what is behind it hears of it. */
  endAtGateway(): void {
    if (!this.isOpen) return;
    this.#forget();
    this.#network.backend.disconnected(this);
  }

  reset(): void {
    this.#network.timers.setTimeout(() => this.#tell('onclose', {}), this.#network.latencyMs());
    if (this.access.isEndNoticed) this.endAtGateway();
    else this.isDead = true;
  }

  fromClient(text: string): void {
    const { timers } = this.#network;
    // What one connection sends arrives in its order.
    this.#lastFromClientAtMs = Math.max(this.#lastFromClientAtMs, timers.nowMs + this.#network.latencyMs());
    this.#later(() => {
      if (this.isOpen) this.#network.backend.received(this, text);
    }, this.#lastFromClientAtMs - timers.nowMs);
  }

  closedByClient(): void {
    this.#isClosedByClient = true;
    if (this.isDead && this.#state === 'dialled') this.#forget();
    this.#later(() => this.endAtGateway());
  }

  #forget(): void {
    this.#state = 'closed';
    this.#network.timers.clearTimeout(this.#lifeTimer);
    this.#network.wires.delete(this.id);
  }

  #later(run: () => void, delayMs = this.#network.latencyMs()): void {
    this.#network.timers.setTimeout(() => {
      if (!this.isDead) run();
    }, delayMs);
  }

  #tell(event: 'onopen' | 'onmessage' | 'onerror' | 'onclose', what: object): void {
    (this.#socket[event] as ((what: object) => void) | null)?.(what);
  }
}
