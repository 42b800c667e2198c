import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Stage } from '../../bin/scenario/stage.ts';

/** A bare connection of a user, without the SDK. `query` begins with `?`, or is empty. */
export async function openSocket({ stack, appServer }: Stage, userId: string, query: string): Promise<WebSocket> {
  const token = await appServer.token(userId);
  const socket = new WebSocket(`${stack.webSocketUrl}${query}`, ['doorman.v1', `token.${token}`]);
  await once(socket, 'open');
  return socket;
}
