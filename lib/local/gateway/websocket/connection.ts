import { WebSocket } from 'ws';
import type { ConnectionFacts } from './websocket-events.ts';
import type { WebSocketLimits } from './websocket-options.ts';

/** One open connection. */
export interface Connection {
  readonly facts: ConnectionFacts;
  /**
   * When a frame last came. That one which went to the client does not count is an assumption: API Gateway's
   * documentation does not say.
   */
  lastActiveAt(): number;
  /** A frame came. */
  touch(): void;
  /** Sends text in frames as short as they must be; the idle time starts anew. False when the connection is gone. */
  send(text: string): boolean;
  /** Closes with a close frame; the connection is gone at once for everybody else. */
  end(code: number, reason: string): void;
  /** Destroys the socket without a close frame, as a lost network does. */
  cut(): void;
  /** The socket was closed by the other side or by a fault. */
  gone(code: number, reason: string): void;
}

interface ConnectionParts {
  readonly facts: ConnectionFacts;
  readonly socket: WebSocket;
  readonly limits: WebSocketLimits;
  readonly now: () => number;
  /** Called once, with what `$disconnect` shall tell. */
  readonly onGone: (code: number, reason: string) => void;
}

/** Wraps an open socket: its limits of time, and exactly one end. */
export function openConnection({ facts, socket, limits, now, onGone }: ConnectionParts): Connection {
  let isOpen = true;
  let lastActiveAt = now();
  const idle = setTimeout(() => connection.end(1001, 'Going away'), limits.idleMs).unref();
  const life = setTimeout(() => connection.end(1001, 'Going away'), limits.lifeMs).unref();
  const connection: Connection = {
    facts,
    lastActiveAt: () => lastActiveAt,
    touch: () => {
      if (!isOpen) return;
      lastActiveAt = now();
      idle.refresh();
    },
    send: (text) => {
      if (!isOpen || socket.readyState !== WebSocket.OPEN) return false;
      sendInFrames(socket, Buffer.from(text), limits.frameBytes);
      idle.refresh();
      return true;
    },
    end: (code, reason) => {
      if (isOpen) socket.close(code, reason);
      connection.gone(code, reason);
    },
    cut: () => {
      connection.gone(1006, '');
      socket.terminate();
    },
    gone: (code, reason) => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(idle);
      clearTimeout(life);
      onGone(code, reason);
    },
  };
  return connection;
}

/** The limit of a frame holds in both directions: what is longer goes out in several. */
function sendInFrames(socket: WebSocket, bytes: Buffer, frameBytes: number): void {
  for (let at = 0; at === 0 || at < bytes.length; at += frameBytes) {
    const fin = at + frameBytes >= bytes.length;
    socket.send(bytes.subarray(at, at + frameBytes), { binary: false, fin });
  }
}
