/*
 * Models a bad network between one client and a server: each frame may be late, lost, doubled or overtaken, either way;
 * a connection may be cut, or dead in one direction or both without either end noticing.
 * Clock: the virtual timers that it gets. Chance: the `random` that it gets decides the fate of each frame.
 */

import type { ClientSocket, ClientSocketConstructor } from '../../lib/client/index.ts';
import type { VirtualTimers } from '../simulation/virtual-timers.ts';
import { FakeSocket } from '../support/fake-socket.ts';

/** What happens to frames in one direction. */
export interface Fault {
  readonly delayMs: number;
  readonly lost: number;
  readonly doubled: number;
}

export const HEALTHY: Fault = { delayMs: 40, lost: 0, doubled: 0 };

/** What the server makes of connections. */
export interface Server {
  opened(wire: Wire): void;
  received(wire: Wire, text: string): void;
  closed(wire: Wire): void;
}

type Direction = 'up' | 'down';

/** What must not happen to a frame: `isSure`, be lost; `isOnce`, be doubled. */
interface Handling {
  readonly isSure: boolean;
  readonly isOnce: boolean;
}

/** One connection. */
export class Wire {
  readonly network: BadNetwork;
  readonly dead = { up: false, down: false };
  /** As the server sees it. */
  isOpen: boolean = false;
  #isClosedHere: boolean = false;
  readonly #socket: ClientSocket & { protocol: string };

  constructor(network: BadNetwork, socket: ClientSocket & { protocol: string }) {
    this.network = network;
    this.#socket = socket;
    const { dead } = network;
    Object.assign(this.dead, dead);
    network.wires.add(this);
    network.carry(this, 'up', () => {
      if (network.isRefusing) return this.#ended();
      this.isOpen = true;
      network.server.opened(this);
      network.carry(this, 'down', () => {
        socket.protocol = 'doorman.v1';
        this.#fire('onopen', {});
      });
    });
  }

  /** A join is not doubled: only a later message shows the client the membership that the second one makes. */
  fromClient(text: string): void {
    const arrive = () => {
      if (this.isOpen) this.network.server.received(this, text);
    };
    const isOnce = text.startsWith('{"action":"join"');
    this.network.carryFrame(this, 'up', arrive, { isSure: false, isOnce });
  }

  closedByClient(): void {
    this.#isClosedHere = true;
    this.network.wires.delete(this);
    this.network.carry(this, 'up', () => this.endAtServer());
  }

  /** `isSure`: it is not lost as long as the connection lives. */
  send(text: string, isSure = false): void {
    this.network.carryFrame(this, 'down', () => this.#fire('onmessage', { data: text }), { isSure, isOnce: false });
  }

  /** The server closes it. */
  close(): void {
    this.endAtServer();
    this.network.carry(this, 'down', () => this.#ended());
  }

  /** Both ends notice at once. */
  cut(): void {
    this.endAtServer();
    this.#ended();
  }

  endAtServer(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.network.server.closed(this);
  }

  #ended(): void {
    this.network.wires.delete(this);
    this.#fire('onclose', {});
  }

  #fire(event: 'onopen' | 'onmessage' | 'onclose', detail: object): void {
    if (!this.#isClosedHere)
      this.network.onDevice(() => (this.#socket[event] as ((d: object) => void) | null)?.(detail));
  }
}

/** The network of one client. */
export class BadNetwork {
  readonly timers: VirtualTimers;
  readonly server: Server;
  readonly Socket: ClientSocketConstructor;
  readonly wires = new Set<Wire>();
  readonly faults: { up: Fault; down: Fault } = { up: HEALTHY, down: HEALTHY };
  /** What a new connection begins with. */
  readonly dead: { up: boolean; down: boolean } = { up: false, down: false };
  isRefusing: boolean = false;
  /** Runs what reaches the client. */
  onDevice: (run: () => void) => void = (run) => run();
  readonly #random: () => number;

  constructor(timers: VirtualTimers, random: () => number, server: Server) {
    this.timers = timers;
    this.server = server;
    this.#random = random;
    const network = this;
    this.Socket = class extends FakeSocket implements ClientSocket {
      readonly #wire = new Wire(network, this);

      send(text: string): void {
        this.#wire.fromClient(text);
      }

      close(): void {
        this.#wire.closedByClient();
      }
    };
  }

  /** The open connections are dead from now on, and new ones until `revive`. */
  kill(directions: readonly Direction[]): void {
    for (const direction of directions) {
      this.dead[direction] = true;
      for (const wire of this.wires) wire.dead[direction] = true;
    }
  }

  /** New connections work again; a dead one stays dead. */
  revive(): void {
    Object.assign(this.dead, { up: false, down: false });
  }

  heal(): void {
    this.revive();
    this.isRefusing = false;
    Object.assign(this.faults, { up: HEALTHY, down: HEALTHY });
  }

  cutAll(): void {
    for (const wire of [...this.wires]) wire.cut();
  }

  /** Brings a frame to the other end; or loses it, unless that is sure; or brings it twice, unless it is for once. */
  carryFrame(wire: Wire, direction: Direction, arrive: () => void, { isSure, isOnce }: Handling): void {
    const { lost, doubled } = this.faults[direction];
    if (this.#random() >= lost || isSure) this.carry(wire, direction, arrive);
    if (this.#random() < doubled && !isOnce) this.carry(wire, direction, arrive);
  }

  /** Brings an opening or an end to the other end. */
  carry(wire: Wire, direction: Direction, arrive: () => void): void {
    const delayMs = 1 + Math.floor(this.#random() * this.faults[direction].delayMs);
    this.timers.setTimeout(() => {
      if (!wire.dead[direction]) arrive();
    }, delayMs);
  }
}
