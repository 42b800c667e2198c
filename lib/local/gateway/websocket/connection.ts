import { WebSocket } from 'ws';
import type { ConnectionFacts } from './websocket-events.ts';
import type { WebSocketLimits } from './websocket-options.ts';

/** One open connection. */
export interface Connection {
  readonly facts: ConnectionFacts;
  /**
   * When the client last sent a frame. Frames to the client do not count here; this is an assumption, because API
   * Gateway documents only the name of the field.
   */
  lastActiveAtMs(): number;
  /** Records that the client sent a frame, and restarts the idle time. */
  touch(): void;
  /** Sends text, in several frames if it is long, and restarts the idle time. False when the connection is closed. */
  send(text: string): boolean;
  /** Closes with a close frame. From now on the connection counts as closed, even before the client answers. */
  close(code: number, reason: string): void;
  /** Destroys the socket without a close frame, as a network failure does. */
  forceClose(): void;
  /** Records that the client or a socket error closed the connection. */
  closed(code: number, reason: string): void;
}

interface ConnectionParts {
  readonly facts: ConnectionFacts;
  readonly socket: WebSocket;
  readonly limits: WebSocketLimits;
  readonly now: () => number;
  readonly trace?: ((line: string) => void) | undefined;
  /** Called once, with the code and reason for `$disconnect`. */
  readonly onClosed: (code: number, reason: string) => void;
}

/** Wraps an open socket, limits its idle and life time, and reports its end exactly once. */
export function openConnection({ facts, socket, limits, now, trace, onClosed }: ConnectionParts): Connection {
  const note = (text: string): void => trace?.(`${facts.connectionId} ${text}`);
  let isOpen = true;
  let lastActiveAtMs = now();
  const idle = setTimeout(() => connection.close(1001, 'Going away'), limits.idleMs).unref();
  const life = setTimeout(() => connection.close(1001, 'Going away'), limits.lifeMs).unref();
  const connection: Connection = {
    facts,
    lastActiveAtMs: () => lastActiveAtMs,
    touch: () => {
      if (!isOpen) return;
      lastActiveAtMs = now();
      idle.refresh();
    },
    send: (text) => {
      if (!isOpen || socket.readyState !== WebSocket.OPEN) return false;
      note(`-> ${text}`);
      sendInFrames(socket, Buffer.from(text), limits.frameBytes);
      idle.refresh();
      return true;
    },
    close: (code, reason) => {
      if (isOpen) socket.close(code, reason);
      connection.closed(code, reason);
    },
    forceClose: () => {
      connection.closed(1006, '');
      socket.terminate();
    },
    closed: (code, reason) => {
      if (!isOpen) return;
      isOpen = false;
      note(`closed: ${code} ${reason}`);
      clearTimeout(idle);
      clearTimeout(life);
      onClosed(code, reason);
    },
  };
  note(`opened by ${facts.sourceIp}`);
  return connection;
}

/** The frame limit applies in both directions, so a longer text takes several frames. */
function sendInFrames(socket: WebSocket, bytes: Buffer, frameBytes: number): void {
  for (let at = 0; at === 0 || at < bytes.length; at += frameBytes) {
    const fin = at + frameBytes >= bytes.length;
    socket.send(bytes.subarray(at, at + frameBytes), { binary: false, fin });
  }
}
