import { WebSocket } from 'ws';
import { type ClientSocketConstructor, createEngine, type RCIMIWEngine } from '../lib/client/index.ts';
import type { Gate } from './storm-gate.ts';

// Nobody listens on the discard port of this machine: a dial there fails as it does without a network.
const NO_NETWORK = 'ws://127.0.0.1:9';
const CONNECT_TIMEOUT_SEC = 60;

/** What became of the dials of a client, beside those that failed for want of a network. */
export interface Dials {
  opened: number;
  /** The server said no. */
  refused: number;
  /** Given up, or broken off, before the server said anything. */
  unanswered: number;
  withoutNetwork: number;
}

/** Who it is and where it goes. */
export interface StormClientOptions {
  readonly server: string;
  readonly userId: string;
  readonly token: string;
  readonly room: string;
  readonly gate: Gate;
}

/** A user with the SDK, in one room, whose network can fail; keeps what the SDK reported. */
export class StormClient {
  readonly userId: string;
  readonly room: string;
  /** Of the messages that the app was handed, in that order. */
  readonly seqs: number[] = [];
  /** Ends of the membership, gaps, joins that failed: none of it should happen. */
  readonly faults: string[] = [];
  readonly dials: Dials = { opened: 0, refused: 0, unanswered: 0, withoutNetwork: 0 };
  /** When the last connection opened, on performance's clock. */
  openedAtMs: number = 0;
  readonly #engine: RCIMIWEngine;
  readonly #token: string;
  readonly #gate: Gate;
  #socket: WebSocket | undefined;
  #hasNetwork: boolean = true;

  constructor({ server, userId, token, room, gate }: StormClientOptions) {
    this.userId = userId;
    this.room = room;
    this.#token = token;
    this.#gate = gate;
    this.#engine = createEngine('', { server, WebSocket: this.#network() });
    this.#engine.setOnMessageReceivedListener(({ seq }) => this.seqs.push(seq));
    this.#engine.setOnChatRoomRemovedListener((_room, reason) => this.faults.push(`removed: ${reason}`));
    this.#engine.setOnChatRoomGapListener((_room, after, before) => this.faults.push(`gap: ${after} to ${before}`));
    this.#engine.setOnChatRoomJoinedListener((code) => this.faults.push(`joined again: code ${code}`));
  }

  /** Connects and joins; throws where that fails. */
  async enter(): Promise<void> {
    const connected = await new Promise((onConnected: (code: number) => void) => {
      void this.#engine.connect(this.#token, CONNECT_TIMEOUT_SEC, { onConnected });
    });
    if (connected !== 0) throw new Error(`unable to connect ${this.userId}; code ${connected}`);
    const joined = await new Promise((onChatRoomJoined: (code: number) => void) => {
      void this.#engine.joinChatRoom(this.room, -1, true, { onChatRoomJoined });
    });
    if (joined !== 0) throw new Error(`unable to join ${this.userId}; code ${joined}`);
  }

  /** The network is gone: no close frame is sent, and no dial gets through until `restore`. */
  cut(): void {
    this.#hasNetwork = false;
    this.#socket?.terminate();
  }

  /** The network is back; the SDK finds out by itself. */
  restore(): void {
    this.#hasNetwork = true;
  }

  async end(): Promise<void> {
    await this.#engine.destroy();
  }

  #network(): ClientSocketConstructor {
    const dialled = (server: string, protocols: string[]): WebSocket => {
      const url = this.#hasNetwork ? this.#gate.dial(server) : NO_NETWORK;
      let outcome: keyof Dials = this.#hasNetwork ? 'unanswered' : 'withoutNetwork';
      const socket = new WebSocket(url, protocols);
      this.#socket = socket;
      socket.once('open', () => {
        outcome = 'opened';
        this.dials.opened += 1;
        this.openedAtMs = performance.now();
      });
      socket.on('error', ({ message }) => {
        if (message.startsWith('Unexpected server response')) outcome = 'refused';
      });
      socket.once('close', () => {
        if (outcome !== 'opened') this.dials[outcome] += 1;
      });
      return socket;
    };
    return function Network(server: string, protocols: string[]) {
      return dialled(server, protocols);
    } as unknown as ClientSocketConstructor;
  }
}
