/*
 * Models one WebSocket between a client and API Gateway. Clock and chance: none.
 */

/** Both sides of a socket are notified of its end. */
export interface SocketOptions {
  readonly id: string;
  readonly userId: string;
  readonly platform: string;
  readonly instance: string;
  readonly tokenIssuedAtMs: number;
  readonly onFrame: (frame: Record<string, unknown>) => void;
  /** The server's side has closed it. */
  readonly onClosed: () => void;
  /** API Gateway knows that it is closed. */
  readonly onGone: () => void;
}

export class Socket {
  readonly id: string;
  readonly userId: string;
  readonly platform: string;
  readonly instance: string;
  readonly tokenIssuedAtMs: number;
  /** For API Gateway. */
  isOpen: boolean = false;
  /** Nothing reaches the client any more, nor comes from it. */
  isDeaf: boolean = false;
  readonly #o: SocketOptions;

  constructor(options: SocketOptions) {
    this.#o = options;
    this.id = options.id;
    this.userId = options.userId;
    this.platform = options.platform;
    this.instance = options.instance;
    this.tokenIssuedAtMs = options.tokenIssuedAtMs;
  }

  toClient(frame: object): void {
    if (this.isOpen && !this.isDeaf) this.#o.onFrame(frame as Record<string, unknown>);
  }

  /** The client has closed it, or its network reports to API Gateway that it is gone. */
  closeByClient(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#o.onGone();
  }

  closeByServer(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (!this.isDeaf) this.#o.onClosed();
    this.#o.onGone();
  }
}
