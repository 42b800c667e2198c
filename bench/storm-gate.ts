import { once } from 'node:events';
import { createServer } from 'node:http';

/** Lets so many handshakes through in a second, as API Gateway does: 500 there, where Lambda carries as many. */
export interface Gate {
  /** The address to dial: the server's, or one that answers 429 as API Gateway does beyond its rate. */
  dial(server: string): string;
  close(): void;
}

/** `now`: ms. As with API Gateway, what was not used in one second can be in the next. */
export async function openGate(perSec: number, now: () => number): Promise<Gate> {
  const refuser = createServer().on('upgrade', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n');
  });
  refuser.listen(0, '127.0.0.1');
  await once(refuser, 'listening');
  const address = refuser.address();
  if (address === null || typeof address === 'string') throw new Error('unable to open the gate; it has no port');
  let [left, atMs] = [perSec, now()];
  return {
    dial: (server) => {
      const nowMs = now();
      left = Math.min(perSec, left + ((nowMs - atMs) / 1000) * perSec);
      atMs = nowMs;
      if (left < 1) return `ws://127.0.0.1:${address.port}`;
      left -= 1;
      return server;
    },
    close: () => refuser.close(),
  };
}
