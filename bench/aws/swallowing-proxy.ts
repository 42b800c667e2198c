import { connect, createServer, type Socket } from 'node:net';
import { listen } from '../../lib/local/base/listen.ts';

/** A TCP proxy that can stop forwarding without closing anything. */
export interface SwallowingProxy {
  readonly port: number;
  /** From now on all bytes of both sides are lost. */
  swallow(): void;
  close(): void;
}

/** Starts a proxy to one host. */
export async function startSwallowingProxy(host: string, port: number): Promise<SwallowingProxy> {
  const sockets: Socket[] = [];
  let isSwallowing = false;
  const join = (from: Socket, to: Socket): void => {
    sockets.push(from);
    from.on('data', (bytes) => {
      if (!isSwallowing) to.write(bytes);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      if (!isSwallowing) to.destroy();
    });
  };
  const server = createServer((near) => {
    const far = connect(port, host);
    join(near, far);
    join(far, near);
  });
  return {
    port: await listen(server, 0),
    swallow: () => {
      isSwallowing = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
