import { once } from 'node:events';
import { createServer } from 'node:http';

/** Lets only so many handshakes through at once, as API Gateway does; the one of this machine lets them wait instead. */
export interface Gate {
  /** The address to dial: the server's, or one that answers 429 as API Gateway does beyond its rate. */
  dial(server: string): { readonly url: string; readonly isOpen: boolean };
  /** A handshake that was let through is over. */
  leave(): void;
  close(): void;
}

export async function openGate(mostAtOnce: number): Promise<Gate> {
  const refuser = createServer().on('upgrade', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n');
  });
  refuser.listen(0, '127.0.0.1');
  await once(refuser, 'listening');
  const address = refuser.address();
  if (address === null || typeof address === 'string') throw new Error('unable to open the gate; it has no port');
  let underWay = 0;
  return {
    dial: (server) => {
      if (underWay >= mostAtOnce) return { url: `ws://127.0.0.1:${address.port}`, isOpen: false };
      underWay += 1;
      return { url: server, isOpen: true };
    },
    leave: () => {
      underWay -= 1;
    },
    close: () => refuser.close(),
  };
}
