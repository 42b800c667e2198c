import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';

/** Listens on 127.0.0.1 and returns the port; 0 takes a free one. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Stops listening and closes the remaining connections. */
export function closeServer(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * Runs what opens a port.
 * @throws Error `unable to listen on port <port>; <why>` when the port is taken, or may not be opened.
 */
export async function openPort<T>(port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new Error(`unable to listen on port ${port}; another program uses it`);
    if (code === 'EACCES') throw new Error(`unable to listen on port ${port}; this user lacks the permission`);
    throw error;
  }
}

/**
 * Checks that ports can be opened, before other work is done. Another program may still take one afterwards.
 * @throws Error as `openPort` for the first that cannot.
 */
export async function checkPorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) await openPort(port, () => probePort(port));
}

/** Opens a port and closes it again; 0 finds one that is free now. Returns the port. */
export async function probePort(port: number): Promise<number> {
  const server = createServer();
  const found = await listen(server, port);
  await new Promise((resolve) => server.close(resolve));
  return found;
}
