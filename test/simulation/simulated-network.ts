/*
 * Models API Gateway's WebSockets and the networks between it and its clients: latency, order, loss of connections that
 * one end, both or neither detects, and the end of each connection after two hours.
 * Clock: the virtual timers that it gets. Chance: the `random` that it gets decides the latency of each delivery.
 */

import type { ClientSocket, ClientSocketConstructor } from '../../lib/client/index.ts';
import { FakeSocket } from '../support/fake-socket.ts';
import type { VirtualTimers } from './virtual-timers.ts';

/** API Gateway closes every connection after this. */
const CONNECTION_LIFE_MS = 2 * 3600 * 1000;

/** What stands behind the gateway. It may answer later. */
export interface Backend {
  /** A handshake, which ends with `accept` or `refuse` of the wire. */
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
  /** false = the connection is closed. A dead connection still accepts everything. */
  send(text: string): boolean;
  close(): void;
}

/** A gateway and the networks between it and its clients. */
export class SimulatedNetwork {
  readonly timers: VirtualTimers;
  readonly random: () => number;
  readonly backend: Backend;
  readonly wires = new Map<string, SimulatedWire>();
  /** How many handshakes there were. */
  dials = 0;
  readonly #prefix: string;

  /** `prefix` begins the id of each connection: networks that share a table need different ones. */
  constructor(timers: VirtualTimers, random: () => number, backend: Backend, prefix: string) {
    this.timers = timers;
    this.random = random;
    this.backend = backend;
    this.#prefix = prefix;
  }

  nextId(): string {
    this.dials += 1;
    return `${this.#prefix}-${this.dials}`;
  }

  latencyMs(): number {
    return 10 + Math.floor(this.random() * 90);
  }
}

/** Calls back with each connection that a client opens from now on. */
export function watchDials(backend: Backend, dialled: (wire: Wire) => void): void {
  const connect = backend.connect.bind(backend);
  backend.connect = (wire) => {
    dialled(wire);
    connect(wire);
  };
}

/** The access of one client to the network: it works, is unplugged, or breaks its connections. */
export class Access {
  readonly network: SimulatedNetwork;
  readonly Socket: ClientSocketConstructor;
  /** Whether the gateway detects a reset that the client did not announce. */
  isEndNoticed: boolean = true;
  #isUnplugged: boolean = false;

  constructor(network: SimulatedNetwork) {
    this.network = network;
    const access = this;
    this.Socket = class extends FakeSocket implements ClientSocket {
      readonly #wire: SimulatedWire;

      constructor(url: string, protocols: string[]) {
        super();
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

  get isUnplugged(): boolean {
    return this.#isUnplugged;
  }

  /** Nothing gets through, and neither end notices. An open connection stays dead after the network returns. */
  unplug(): void {
    this.#isUnplugged = true;
    for (const wire of this.#own()) wire.isDead = true;
  }

  plugIn(): void {
    this.#isUnplugged = false;
  }

  /** The network breaks the open connections, and the client notices. */
  reset(): void {
    for (const wire of this.#own()) wire.reset();
  }

  /** The gateway detects the dead connections. */
  detectDead(): void {
    for (const wire of this.#own()) if (wire.isDead) wire.endAtGateway();
  }

  #own(): readonly SimulatedWire[] {
    return [...this.network.wires.values()].filter((wire) => wire.access === this);
  }
}

/** Both ends of one connection. */
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
    this.isDead = access.isUnplugged;
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
      this.#fire('onopen', {});
    });
  }

  refuse(status: number): void {
    this.#forget();
    this.#later(() => {
      this.#fire('onerror', { message: `Unexpected server response: ${status}` });
      this.#fire('onclose', {});
    });
  }

  send(text: string): boolean {
    if (!this.isOpen) return false;
    const delayMs = this.#network.latencyMs();
    this.#lastToClientAtMs = Math.max(this.#lastToClientAtMs, this.#network.timers.nowMs + delayMs);
    this.#later(() => this.#fire('onmessage', { data: text }), delayMs);
    return true;
  }

  close(): void {
    this.endAtGateway();
    // Frames sent before the close may overtake each other, but none arrives after it.
    const delayMs = Math.max(this.#network.latencyMs(), this.#lastToClientAtMs + 1 - this.#network.timers.nowMs);
    this.#later(() => this.#fire('onclose', {}), delayMs);
  }

  /** Closes the gateway's end and notifies the backend. */
  endAtGateway(): void {
    if (!this.isOpen) return;
    this.#forget();
    this.#network.backend.disconnected(this);
  }

  reset(): void {
    this.#network.timers.setTimeout(() => this.#fire('onclose', {}), this.#network.latencyMs());
    if (this.access.isEndNoticed) this.endAtGateway();
    else this.isDead = true;
  }

  fromClient(text: string): void {
    const { timers } = this.#network;
    // Frames of one connection arrive in the order in which they were sent.
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

  #fire(event: 'onopen' | 'onmessage' | 'onerror' | 'onclose', detail: object): void {
    (this.#socket[event] as ((detail: object) => void) | null)?.(detail);
  }
}
